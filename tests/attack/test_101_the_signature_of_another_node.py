"""Row 101: a tree signature belongs to another node (treeSig)."""

from tests.attack.scaffold import Lab, Row
from tests.batch import frauds
from tests.batch.frauds import SIGNED

ROW = Row(
    101,
    "O",
    "a tree signature belongs to another node (treeSig)",
    "tssdk 4 treeSig",
    "tree-signature",
)


def test_refuses_the_signature_of_another_node(lab: Lab) -> None:
    lab.refuses_refresh(ROW, frauds.repeats_a_signature, when=SIGNED)
