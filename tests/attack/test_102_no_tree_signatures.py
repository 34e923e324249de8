"""Row 102: tree signatures are kept back (noTreeSigs)."""

from tests.attack.scaffold import Lab, Row
from tests.batch.frauds import SIGNED

ROW = Row(
    102,
    "O",
    "tree signatures are kept back (noTreeSigs)",
    "tssdk 4 noTreeSigs",
    "forfeit-branch-complete",
)


def test_refuses_no_tree_signatures(lab: Lab) -> None:
    lab.refuses_refresh(ROW, lambda run: run.tree_signatures.clear(), when=SIGNED)
