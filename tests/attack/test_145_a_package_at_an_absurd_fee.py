"""Row 145: a package pays a fee that no market asks for."""

from tests.attack.scaffold import Lab, Row
from tests.batch.leaving import cpfp, funding

ROW = Row(
    145,
    "H",
    "a package pays a fee that no market asks for",
    "exit-fee-range",
    "exit-fee-range",
)


def test_refuses_a_package_at_an_absurd_fee(lab: Lab) -> None:
    with lab.owner():
        lab.call("start_exit", outpoint=lab.coins()[0]["outpoint"])
    rich = [funding(10_000_000)]
    lab.refuses(ROW, lambda: cpfp(lab, funding=rich, fee_sat=400_000))
