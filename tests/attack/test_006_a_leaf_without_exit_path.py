"""Row 6: the leaf has no way out without the operator."""

from arkcore.taproot import TapTree
from arkcore.tx import TxOut
from wire import terms

from tests.attack.scaffold import Lab, Row
from tests.batch import frauds
from tests.batch.frauds import OUTPUT_SAT
from tests.batch.owner import Run, vtxo_script

ROW = Row(
    6,
    "O",
    "the leaf has no way out without the operator",
    "vtxo-exit-path-present",
    "leaf-not-mine",
)


def spoil(run: Run) -> None:
    own = vtxo_script(run.device, terms.COIN_VTXO, 3)
    frauds.leaf(run)[0] = TxOut(OUTPUT_SAT, TapTree([own.forfeit_leaf]).script_pubkey())


def test_refuses_a_leaf_without_exit_path(lab: Lab) -> None:
    lab.refuses_refresh(ROW, spoil)
