"""`python -m tests.interop`: the unmodified SDK wallet alone, then beside a device."""

from __future__ import annotations

import sys
import time

from tests.interop.life import live, operator_process
from tests.interop.sdk import InteropFailed, install
from tests.interop.shared_batch import share


def check(holds: bool, sentence: str) -> None:
    """Prints one line. Raises InteropFailed."""
    print(f"  {'ok  ' if holds else 'FAIL'}  {sentence}", flush=True)
    if not holds:
        raise InteropFailed(sentence)


def main() -> int:
    started = time.monotonic()
    try:
        print(f"@arkade-os/sdk {install()}, its wallet against the operator", flush=True)
        with operator_process() as url:
            live(url, check)
        print("The SDK's wallet and a device in the same batches", flush=True)
        share(check)
    except InteropFailed as error:
        print(f"interop failed: {error}", file=sys.stderr)
        return 1
    print(f"all steps passed in {time.monotonic() - started:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
