"""Row 3: one signature of the branch is invalid."""

from tests.attack.scaffold import Lab, Row
from tests.batch import frauds
from tests.batch.frauds import SIGNED

ROW = Row(
    3,
    "C",
    "one signature of the branch is invalid",
    "tree-signature-invalid",
    "tree-signature",
)


def test_refuses_an_invalid_tree_signature(lab: Lab) -> None:
    lab.refuses_refresh(ROW, frauds.garbles_signature, when=SIGNED)
