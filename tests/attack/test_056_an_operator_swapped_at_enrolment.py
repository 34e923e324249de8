"""Row 56: other operator keys are enrolled than the owner has compared."""

from tests.attack.scaffold import Lab, Row
from tests.batch.operator import enrolment, public

ROW = Row(
    56,
    "H",
    "other operator keys are enrolled than the owner has compared",
    "screen",
    "user-refused",
)


def test_keys_that_the_owner_does_not_know_are_not_enrolled(lab: Lab) -> None:
    other = {**enrolment(), "signer_key": public("stranger")}
    with lab.owner(("5/5", "no"), ("", "yes")) as owner:
        lab.judge(ROW, lambda: lab.call("enroll_operator", **other))
    shown = "".join("".join(lines[1:-1]) for lines in owner.seen).replace(" ", "")
    assert public("stranger").hex() in shown
    lab.assert_works()
