"""Row 28: a VTXO is forfeited again in another batch."""

from tests.attack.scaffold import Lab, Row
from tests.batch.owner import Run

ROW = Row(
    28,
    "C",
    "a VTXO is forfeited again in another batch",
    "vtxo-single-purpose",
    "vtxo-single-purpose",
)


def test_refuses_a_second_forfeit_of_one_vtxo(lab: Lab) -> None:
    run = lab.refresh()
    run.all()
    again = Run(lab, run.inputs, run.outputs)
    lab.refuses(ROW, again.open, run=again)
