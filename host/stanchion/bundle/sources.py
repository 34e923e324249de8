"""Which source files a board needs: all of firmware, its own, and what these import of shared."""

import ast
from pathlib import Path


class BundleError(Exception):
    """There is no bundle; the message says why, and what was kept."""


def unknown_board(root: Path, board: str) -> BundleError:
    known = ", ".join(sorted(path.parent.name for path in root.glob("boards/*/bundle.json")))
    return BundleError(f"no board named {board}; there are: {known}")


def _imports(path: Path) -> set[str]:
    """Dotted names that `path` imports anywhere; `from a import b` counts as `a` and `a.b`."""
    names: set[str] = set()
    try:
        tree = ast.parse(path.read_text())
    except SyntaxError as error:
        raise BundleError(f"{path}: {error}") from error
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def _files_of(name: str, folder: Path) -> list[Path]:
    """The files that importing `name` from `folder` loads: packages on the way, then the module."""
    parts = name.split(".")
    packages = [folder.joinpath(*parts[: i + 1], "__init__.py") for i in range(len(parts))]
    module = folder.joinpath(*parts).with_suffix(".py")
    return [path for path in [*packages, module] if path.exists()]


def _tree(folder: Path) -> dict[str, Path]:
    return {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*.py"))}


def board_sources(root: Path, board: str) -> dict[str, Path]:
    """Path inside the bundle (ending .py) -> source file. Raises BundleError."""
    board_folder = root / "boards" / board
    if not _files_of("board", board_folder):
        raise unknown_board(root, board)
    shared = root / "shared"
    found = _tree(root / "firmware") | _tree(board_folder)
    waiting = list(found.values())
    while waiting:
        for name in _imports(waiting.pop()):
            for path in _files_of(name, shared):
                relative = path.relative_to(shared).as_posix()
                if relative not in found:
                    found[relative] = path
                    waiting.append(path)
    return found
