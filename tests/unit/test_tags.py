"""Each refusal of arkcore has a stable tag, a sentence and a test (invariant I8).

Read from the sources, so that a tag cannot be raised without being listed, nor be listed without
being raised and tested.
"""

import ast
import re
from pathlib import Path

from arkcore import errors
from arkcore.tags import TAGS

ROOT = Path(__file__).resolve().parents[2]
SOURCES = [
    path
    for path in sorted((ROOT / "shared" / "arkcore").glob("*.py"))
    if not path.name.startswith("tags")
]
FAMILY = {
    name
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, errors.ArkError)
}
LISTED = [tag for tag, _ in TAGS]


def raised_tags(path: Path) -> set[str]:
    """First arguments of the errors that a file makes; a tag must be written out there."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in FAMILY:
            tag = node.args[0]
            if isinstance(tag, ast.Constant):
                found.add(str(tag.value))
    return found


def test_every_raised_tag_is_listed_with_a_sentence() -> None:
    missing = {
        f"{path.name}: {tag}" for path in SOURCES for tag in raised_tags(path) if tag not in LISTED
    }
    assert not missing


def test_every_listed_tag_is_written_in_some_source() -> None:
    text = "".join(path.read_text() for path in SOURCES)
    unused = [tag for tag in LISTED if f'"{tag}"' not in text]
    assert not unused


def test_every_listed_tag_is_named_by_a_test() -> None:
    tests = (ROOT / "tests").rglob("*.py")
    text = "".join(path.read_text() for path in tests if path.name != Path(__file__).name)
    untested = [tag for tag in LISTED if f'"{tag}"' not in text]
    assert not untested


def test_tags_are_kebab_case_and_unique() -> None:
    assert len(set(LISTED)) == len(LISTED)
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", tag) for tag in LISTED)


def test_every_sentence_is_one() -> None:
    for tag, sentence in TAGS:
        assert sentence[0].isupper() and sentence.endswith("."), tag
