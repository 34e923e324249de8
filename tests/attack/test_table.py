"""The attack table is whole, and docs/attacks.md says what its tests say."""

import re

from arkcore.tags import TAGS as ARK_TAGS
from wire.sentences import TAGS as WIRE_TAGS

from tests.attack.not_yet import NOT_YET
from tests.attack.scaffold import HARMLESS
from tests.attack.table import LAST_ROW, PAGE, page, rows


def test_every_row_has_a_test_or_a_reason() -> None:
    tested = [row.number for row, _ in rows()]
    assert len(set(tested)) == len(tested)
    assert not set(tested) & set(NOT_YET)
    assert set(range(1, LAST_ROW + 1)) == {n for n in tested if n <= LAST_ROW} | set(NOT_YET)


def test_a_file_is_named_after_its_row_and_every_tag_is_listed() -> None:
    known = {tag for tag, _ in ARK_TAGS + WIRE_TAGS} | {HARMLESS}
    for row, name in rows():
        assert re.fullmatch(rf"test_{row.number:03}_[a-z0-9_]+\.py", name)
        assert row.tag in known, row


def test_the_page_of_attacks_is_fresh() -> None:
    assert PAGE.read_text() == page(), "run python -m tests.attack.table"
