"""Row 7: the way out needs the signature of a second key."""

from arkcore.closures import csv_multisig
from arkcore.taproot import TapTree
from arkcore.tx import TxOut
from wire import terms

from tests.attack.scaffold import Lab, Row
from tests.batch import frauds
from tests.batch.frauds import OUTPUT_SAT
from tests.batch.operator import public
from tests.batch.owner import Run, vtxo_script

ROW = Row(
    7,
    "O",
    "the way out needs the signature of a second key",
    "vtxo-exit-path-present",
    "leaf-not-mine",
)


def spoil(run: Run) -> None:
    own = vtxo_script(run.device, terms.COIN_VTXO, 3)
    owner = run.device.call("get_address", kind=terms.ADDRESS_VTXO, index=3, show=False)
    exit_leaf = csv_multisig(20, [owner["owner_key"], public("signer")[1:]]).script
    frauds.leaf(run)[0] = TxOut(OUTPUT_SAT, TapTree([own.forfeit_leaf, exit_leaf]).script_pubkey())


def test_refuses_an_exit_path_with_a_second_key(lab: Lab) -> None:
    lab.refuses_refresh(ROW, spoil)
