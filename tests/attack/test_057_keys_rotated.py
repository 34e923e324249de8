"""Row 57: after a rotation old VTXOs are to be forfeited to the new key."""

from tests.attack.scaffold import Lab, Row
from tests.batch.operator import enrolment, public

ROW = Row(
    57,
    "O",
    "after a rotation old VTXOs are to be forfeited to the new key",
    "operator-pinned",
    "operator-pinned",
)


def test_refuses_a_vtxo_of_the_operator_before(lab: Lab) -> None:
    other = {**enrolment(), "signer_key": public("stranger")}
    with lab.owner():
        lab.call("enroll_operator", **other)
    lab.judge(ROW, lab.open_intent)
    with lab.owner():
        lab.call("enroll_operator", **enrolment())
    lab.assert_works()
