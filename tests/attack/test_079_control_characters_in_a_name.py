"""Row 79: a name holds control characters or other letters."""

from tests.attack.scaffold import Lab, Row
from tests.batch.operator import enrolment

ROW = Row(
    79,
    "H",
    "a name holds control characters or other letters",
    "text-charset",
    "param-bounds",
)


def test_refuses_names_that_the_screen_cannot_show(lab: Lab) -> None:
    for name in ("a\nb", "a\x1b[2J", "\u202eevil", "\u0430pple"):
        lab.refuses_field(ROW, "enroll_operator", enrolment(), 0, name)
