"""How tests start the real MicroPython (unix port) with this project's modules on its path."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MODULE_PATH = (ROOT, ROOT / "shared", ROOT / "firmware")


def micropython(
    arguments: list[str], heap: str = "16m", timeout: float = 600
) -> "subprocess.CompletedProcess[str]":
    """Runs `micropython <arguments>`: `arkcore`, `wire`, `secp256k1` (the device's own), `signer`
    and `tests` can be imported there. `heap` as the interpreter's heapsize option takes it."""
    environment = dict(os.environ, MICROPYPATH=":".join(str(path) for path in MODULE_PATH))
    return subprocess.run(
        [str(Path(sys.executable).parent / "micropython"), "-X", f"heapsize={heap}", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
