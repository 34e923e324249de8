"""Row 29: forfeits are to pay a script that is not the enrolled key's."""

from arkcore.scripts import p2wpkh_script

from tests.attack.scaffold import Lab, Row
from tests.batch.operator import enrolment, public

ROW = Row(
    29,
    "C",
    "forfeits are to pay a script that is not the enrolled key's",
    "operator-pinned",
    "operator-forfeit-script",
)


def test_refuses_a_forfeit_script_of_a_stranger(lab: Lab) -> None:
    other = {**enrolment(), "forfeit_script": p2wpkh_script(public("stranger"))}
    lab.refuses(ROW, lambda: lab.call("enroll_operator", **other))
