"""Row 45: the message of an intent is valid for years."""

from tests.attack.scaffold import Lab, Row
from tests.batch.owner import VALID_AT

ROW = Row(
    45,
    "H",
    "the message of an intent is valid for years",
    "intent-expiry-range",
    "intent-expiry-range",
)


def test_refuses_an_intent_that_never_ends(lab: Lab) -> None:
    lab.refuses(ROW, lambda: lab.open_intent(expire_at=VALID_AT + 10**8))
