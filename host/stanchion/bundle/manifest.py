"""The list of a bundle's files with their hashes, and the one hash that names the whole."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

MANIFEST_NAME = "manifest.json"


@dataclass(frozen=True)
class Manifest:
    """`files` maps relative paths to (size in bytes, SHA-256 hex); `build` names the firmware.

    `build` is 32 bytes over board name, paths and hashes; the device reports it in `hello`.
    `sources` is a hash of what it was compiled from.
    """

    board: str
    build: bytes
    files: dict[str, tuple[int, str]]
    sources: str

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(size for size, _ in self.files.values())

    def write(self, directory: Path) -> None:
        text = json.dumps(
            {
                "board": self.board,
                "build": self.build.hex(),
                "sources": self.sources,
                "size": self.size,
                "files": {
                    path: {"size": size, "sha256": digest}
                    for path, (size, digest) in sorted(self.files.items())
                },
            },
            indent=1,
        )
        (directory / MANIFEST_NAME).write_text(text + "\n")


def file_entry(path: Path) -> tuple[int, str]:
    data = path.read_bytes()
    return len(data), hashlib.sha256(data).hexdigest()


def build_hash(board: str, files: dict[str, tuple[int, str]]) -> bytes:
    """SHA-256 over the board's name and each path with its file's hash, in order of paths."""
    lines = [board] + [f"{path} {digest}" for path, (_, digest) in sorted(files.items())]
    return hashlib.sha256("\n".join(lines).encode()).digest()


def read_manifest(directory: Path) -> Manifest:
    data = json.loads((directory / MANIFEST_NAME).read_text())
    files = {path: (entry["size"], entry["sha256"]) for path, entry in data["files"].items()}
    return Manifest(data["board"], bytes.fromhex(data["build"]), files, data["sources"])
