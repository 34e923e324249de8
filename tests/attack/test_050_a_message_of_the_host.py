"""Row 50: a text of the host is to be signed as the message of an intent."""

from tests.attack.scaffold import Lab, Row
from tests.batch.frauds import OUTPUT_SAT
from tests.batch.owner import EXPIRE_AT, VALID_AT, own_vtxo

ROW = Row(
    50,
    "H",
    "a text of the host is to be signed as the message of an intent",
    "msg-format",
    "param-type",
)


def test_refuses_a_message_of_the_host(lab: Lab) -> None:
    intent = {"inputs": lab.coins(), "outputs": [own_vtxo(OUTPUT_SAT, 3)], "valid_at": VALID_AT}
    intent["expire_at"] = EXPIRE_AT
    lab.refuses_field(ROW, "open_intent", intent, 2, "sign me")
