"""Device code keeps to what MicroPython does faithfully (docs/adr/0002).

Each rule names a construct that is silently wrong or missing there: `pow(a, -1, n)` returns 0,
`assert` vanishes when compiled with -O, a bare `except` hides a power cut or a cancelled request,
steps in slices of bytes are not implemented.
"""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = [
    path
    for folder in ("shared", "firmware", "boards")
    for path in sorted((ROOT / folder).rglob("*.py"))
]
MAX_FILE_LINES = 400


def negative_exponent(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "pow"
        and len(node.args) == 3
        and isinstance(node.args[1], ast.UnaryOp)
        and isinstance(node.args[1].op, ast.USub)
    )


def forbidden(node: ast.AST) -> str:
    if isinstance(node, ast.Assert):
        return "assert"
    if isinstance(node, ast.ExceptHandler) and node.type is None:
        return "bare except"
    if isinstance(node, ast.Match | ast.TryStar):
        return "syntax that MicroPython lacks"
    if isinstance(node, ast.Slice) and node.step is not None:
        return "slice with a step"
    if negative_exponent(node):
        return "pow with a negative exponent"
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.args.posonlyargs:
        return "positional-only parameter"
    return ""


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_device_source_uses_no_construct_that_micropython_gets_wrong(path: Path) -> None:
    found = [
        f"line {getattr(node, 'lineno', '?')}: {forbidden(node)}"
        for node in ast.walk(ast.parse(path.read_text()))
        if forbidden(node)
    ]
    assert not found, found


@pytest.mark.parametrize(
    "source", ["assert x", "pow(a, -1, n)", "try:\n  f()\nexcept:\n  g()", "x[::-1]"]
)
def test_the_language_check_itself_notices_each_construct(source: str) -> None:
    assert any(forbidden(node) for node in ast.walk(ast.parse(source)))


def test_every_source_file_holds_one_idea_of_at_most_400_lines() -> None:
    folders = ("shared", "firmware", "boards", "host", "tests")
    too_long = {
        str(path.relative_to(ROOT)): lines
        for folder in folders
        for path in (ROOT / folder).rglob("*.py")
        if (lines := len(path.read_text().splitlines())) > MAX_FILE_LINES
    }
    assert not too_long
