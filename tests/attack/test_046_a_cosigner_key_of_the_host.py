"""Row 46: the intent is to name a cosigner key of the attacker."""

from tests.attack.scaffold import NO_FIELD, Lab, Row
from tests.batch.frauds import OUTPUT_SAT
from tests.batch.operator import public
from tests.batch.owner import EXPIRE_AT, VALID_AT, own_vtxo

ROW = Row(
    46,
    "H",
    "the intent is to name a cosigner key of the attacker",
    "intent-cosigner-not-session-key",
    "param-unknown",
)


def test_refuses_a_cosigner_key_of_the_host(lab: Lab) -> None:
    intent = {"inputs": lab.coins(), "outputs": [own_vtxo(OUTPUT_SAT, 3)], "valid_at": VALID_AT}
    intent["expire_at"] = EXPIRE_AT
    lab.refuses_field(ROW, "open_intent", intent, NO_FIELD, public("stranger"))
