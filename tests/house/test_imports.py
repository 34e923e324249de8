"""Shared imports no side, firmware imports only shared, host never imports firmware.

This is the import rule of the house.

It keeps the device's trusted code small and free of anything that runs on a desktop. Read from the
sources with `ast`, so that no module has to be importable here.
"""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# Part of the house -> (its folders, the modules of the house it may import).
PARTS = {
    "shared": (["shared"], {"arkcore", "wire", "secp256k1"}),
    "firmware": (["firmware"], {"arkcore", "wire", "secp256k1", "signer", "board"}),
    "boards": (["boards"], {"board"}),
    "host": (["host"], {"arkcore", "wire", "secp256k1", "stanchion"}),
}
HOUSE_MODULES = {"arkcore", "wire", "secp256k1", "signer", "board", "stanchion"}
# What stock MicroPython has built in; shared and firmware code may use nothing else.
DEVICE_STDLIB = {
    "array", "binascii", "cryptolib", "gc", "hashlib", "io", "json", "machine", "micropython", "os",
    "random", "select", "struct", "sys", "termios", "time", "uctypes", "vfs",
}  # fmt: skip


def imports_of(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found.add(node.module.split(".")[0])
    return found


def sources(folders: list[str]) -> list[Path]:
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


@pytest.mark.parametrize("part", sorted(PARTS))
def test_each_part_imports_only_the_parts_below_it(part: str) -> None:
    folders, allowed = PARTS[part]
    for path in sources(folders):
        forbidden = (imports_of(path) & HOUSE_MODULES) - allowed
        assert not forbidden, f"{path.relative_to(ROOT)} imports {sorted(forbidden)}"


def test_device_code_needs_nothing_that_stock_micropython_lacks() -> None:
    for path in sources(["shared", "firmware", "boards"]):
        foreign = imports_of(path) - HOUSE_MODULES - DEVICE_STDLIB
        assert not foreign, f"{path.relative_to(ROOT)} imports {sorted(foreign)}"
