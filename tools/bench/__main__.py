"""Measures the curve and writes docs/performance.md: `python -m tools.bench`."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TYPESCRIPT_MS = 635 + 2518 + 43
BINARIES = Path(sys.executable).parent


def _run(
    command: list[str], variable: str, extra: list[Path]
) -> "subprocess.CompletedProcess[str]":
    folders = [ROOT, ROOT / "firmware", ROOT / "shared", *extra]
    environment = dict(os.environ, **{variable: ":".join(str(folder) for folder in folders)})
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=900, check=False
    )


def cortex(kernel: str) -> list[list[int | str]]:
    """(name, instructions, calls) of every operation."""
    done = _run([sys.executable, "-m", "tools.bench.on_cortex", kernel], "PYTHONPATH", [])
    return list(json.loads(done.stdout))


def unix(what: str, extra: list[Path]) -> dict[str, int]:
    """Microseconds of processor time of every operation."""
    command = [str(BINARIES / "micropython"), "-X", "heapsize=4M", "tools/bench/on_unix.py", what]
    return dict(json.loads(_run(command, "MICROPYPATH", extra).stdout))


def embit() -> dict[str, int]:
    """embit's pure-Python curve on the same interpreter, with a stand-in for the missing hmac."""
    import embit.util.key

    with tempfile.TemporaryDirectory() as folder:
        source = Path(embit.util.key.__file__).read_text()
        (Path(folder) / "embit_key.py").write_text(source)
        (Path(folder) / "hmac.py").write_text("")
        return unix("embit", [Path(folder)])


def share_heap() -> int:
    """Free heap in kB that the share needs beyond imported modules and keys, by bisection."""
    low, high = 4, 256
    while high - low > 2:
        middle = (low + high) // 2
        command = [str(BINARIES / "micropython"), "-X", "heapsize=4M", "tools/bench/on_unix.py"]
        if "done" in _run([*command, "heap", str(middle)], "MICROPYPATH", []).stdout:
            high = middle
        else:
            low = middle
    return high


def _row(name: str, cells: list[str]) -> str:
    return f"| {name} | " + " | ".join(cells) + " |\n"


def table(large: list[list[int | str]], small: list[list[int | str]]) -> str:
    times, theirs = unix("curve", []), embit()
    head = ["M4 instructions", "M0+ instructions", "VM calls", "unix port, us", "embit / this"]
    text = _row("Operation", head) + "|---|" + "---:|" * len(head) + "\n"
    for (name, count, calls), (_, small_count, _) in zip(large, small, strict=True):
        mine = times[str(name)]
        ratio = f"{theirs[str(name)] / mine:.0f}" if str(name) in theirs else ""
        text += _row(str(name), [f"{count:,}", f"{small_count:,}", str(calls), f"{mine:,}", ratio])
    share_ms = times[str(large[-1][0])] / 1000
    return text + (
        f"\nThe same share takes the TypeScript SDK {TYPESCRIPT_MS} ms (measured once, on another "
        f"run), where this takes {share_ms:.0f} ms: {TYPESCRIPT_MS / share_ms:.1f} times as long.\n"
    )


def page() -> str:
    return (
        "# Performance of the curve\n\n"
        "Written by `make bench` (`python -m tools.bench`); all figures but the SDK's come from "
        "one run.\n\n"
        "Instructions are those of the field VM alone, counted by unicorn while it executes the\n"
        "opcodes of `firmware/secp256k1/vm_thumb2.py` and `vm_thumb1.py`. What the interpreter\n"
        "spends around them (about 640 instructions a call on a Cortex-M4, hashes, list work) is\n"
        "not in these columns. Unix-port figures are processor time, averaged over a quarter of a\n"
        "second; the ratio compares embit's pure-Python curve under the same interpreter (its\n"
        "signing does not verify what it signed).\n\n"
        + table(cortex("thumb2"), cortex("thumb1"))
        + "\nHeap: beyond the imported modules and its 129 keys, the share runs in\n"
        f"{share_heap()} kB on the unix port, whose objects are 64 bits wide.\n"
    )


if __name__ == "__main__":
    (ROOT / "docs" / "performance.md").write_text(page())
