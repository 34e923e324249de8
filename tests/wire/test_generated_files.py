"""Protocol page, CDDL and typed client say what the method table says.

Invariant: one table. A file that is stale, a method or field without a meaning, and a meaning
without a field fail here.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from arkcore.tags import TAGS as ARK_TAGS
from stanchion.device.commands import Commands
from stanchion.wiredocs.files import generated_files
from stanchion.wiredocs.table import meaning_key, walk
from wire import meanings, sentences
from wire.errors import WIRE_ERRORS
from wire.methods import CANCEL, ERROR, EVENTS, LINK_ERROR, METHODS
from wire.records import TAG

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("relative", generated_files(ROOT))
def test_generated_file_is_current(relative: str) -> None:
    current = (ROOT / relative).read_text()
    assert current == generated_files(ROOT)[relative], "run: python -m stanchion.wiredocs"


def all_paths() -> Iterator[tuple[str, ...]]:
    for method in METHODS:
        yield from walk(method)
    for _, name, fields in EVENTS:
        yield from ((name, field.name) for field in fields)
    for name, fields in (("error", ERROR), ("cancel", CANCEL), ("link_error", LINK_ERROR)):
        yield from ((name, field.name) for field in fields)


def test_every_field_has_a_meaning_and_every_meaning_a_field() -> None:
    used = {meaning_key(path) for path in all_paths()}
    assert used == {name for name, _ in meanings.FIELDS}


def test_every_method_and_event_has_one_sentence() -> None:
    assert [name for name, _ in meanings.METHODS] == [method.name for method in METHODS]
    assert [name for name, _ in meanings.EVENTS] == [name for _, name, _ in EVENTS]
    for _, sentence in meanings.METHODS + meanings.EVENTS + meanings.FIELDS:
        assert sentence.endswith(".") and len(sentence) > 10, sentence


def test_every_wire_error_has_one_sentence_and_tags_are_unique() -> None:
    tags = [tag for tag, _ in sentences.TAGS]
    assert tags == [tag for tag, _, _ in WIRE_ERRORS]
    assert not set(tags) & {tag for tag, _ in ARK_TAGS}
    codes = [code for _, code, _ in WIRE_ERRORS]
    assert codes == sorted(set(codes))


def test_every_tag_fits_the_error_reply() -> None:
    # A tag that does not fit could not be sent, and the device would fail while it refuses.
    for tag, _ in sentences.TAGS + ARK_TAGS:
        TAG.convert(tag, tag, to_names=True)


def test_an_unknown_tag_still_has_a_sentence() -> None:
    assert sentences.sentence("no-such-tag") != sentences.sentence("frame-crc")
    assert sentences.sentence("tree-anchor") == dict(ARK_TAGS)["tree-anchor"]


def test_the_client_has_every_command() -> None:
    for method in METHODS:
        assert callable(getattr(Commands, method.name))
