"""Each refusal has a stable tag, a sentence and a test (invariant I8).

Read from the sources, so that a tag cannot be raised without being listed, nor be listed without
being raised and tested.
"""

import ast
import re
from pathlib import Path

from arkcore.tags import TAGS as ARK_TAGS
from wire.sentences import TAGS as WIRE_TAGS

ROOT = Path(__file__).resolve().parents[2]
SOURCES = [
    path
    for folder in ("shared", "firmware", "host/stanchion")
    for path in sorted((ROOT / folder).rglob("*.py"))
    if not path.name.startswith(("tags", "sentences"))
]
TAGS = ARK_TAGS + WIRE_TAGS
LISTED = [tag for tag, _ in TAGS]


def error_family() -> set[str]:
    """Names of ArkError and of every class made from it, in any part of the house."""
    bases: dict[str, set[str]] = {}
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef):
                names = {getattr(base, "id", getattr(base, "attr", "")) for base in node.bases}
                bases.setdefault(node.name, set()).update(names)
    family = {"ArkError"}
    while grown := {name for name in bases if bases[name] & family} - family:
        family |= grown
    return family


FAMILY = error_family()


def raised_tags(path: Path) -> set[str]:
    """First arguments of the errors that a file makes; a tag must be written out there."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        tag = node.args[0]
        if name in FAMILY and isinstance(tag, ast.Constant):
            found.add(str(tag.value))
    return found


def test_every_raised_tag_is_listed_with_a_sentence() -> None:
    missing = {
        f"{path.relative_to(ROOT)}: {tag}"
        for path in SOURCES
        for tag in raised_tags(path)
        if tag not in LISTED
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
