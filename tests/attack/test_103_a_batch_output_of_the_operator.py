"""Row 103: output 0 pays the operator (batchOutputScript)."""

from tests.attack.scaffold import Lab, Row
from tests.batch import frauds

ROW = Row(
    103,
    "O",
    "output 0 pays the operator (batchOutputScript)",
    "tssdk 4; arkade 3.7 G1",
    "tree-batch-output",
)


def test_refuses_a_batch_output_of_the_operator(lab: Lab) -> None:
    lab.refuses_refresh(ROW, frauds.pays_batch_output_to_the_operator)
