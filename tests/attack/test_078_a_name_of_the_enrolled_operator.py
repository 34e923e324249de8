"""Row 78: another operator is enrolled under the name of the enrolled one."""

from arkcore.scripts import p2wpkh_script

from tests.attack.scaffold import Lab, Row
from tests.batch.operator import enrolment, public

ROW = Row(
    78,
    "H",
    "another operator is enrolled under the name of the enrolled one",
    "name-duplicate",
    "user-refused",
)


def test_a_known_name_does_not_make_a_known_operator(lab: Lab) -> None:
    other = {**enrolment(), "forfeit_key": public("stranger")}
    other["forfeit_script"] = p2wpkh_script(public("stranger"))
    with lab.owner(("REPLACE OPERATOR", "no"), ("", "yes")) as owner:
        lab.refuses(ROW, lambda: lab.call("enroll_operator", **other))
    assert any("REPLACE OPERATOR" in line for lines in owner.seen for line in lines)
