"""Row 136: a package is to be paid for while nothing leaves."""

from tests.attack.scaffold import Lab, Row
from tests.batch.leaving import cpfp

ROW = Row(
    136,
    "H",
    "a package is to be paid for while nothing leaves",
    "exit order",
    "cpfp-no-exit",
)


def test_refuses_a_package_fee_without_an_exit(lab: Lab) -> None:
    lab.refuses(ROW, lambda: cpfp(lab))
