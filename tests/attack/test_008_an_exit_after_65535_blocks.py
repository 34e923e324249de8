"""Row 8: the way out opens only after 65535 blocks."""

from arkcore.scripts import VtxoScript
from arkcore.tx import TxOut
from wire import terms

from tests.attack.scaffold import Lab, Row
from tests.batch import frauds
from tests.batch.frauds import OUTPUT_SAT
from tests.batch.operator import public
from tests.batch.owner import Run

ROW = Row(
    8,
    "O",
    "the way out opens only after 65535 blocks",
    "vtxo-exit-delay-range",
    "leaf-not-mine",
)


def spoil(run: Run) -> None:
    owner = run.device.call("get_address", kind=terms.ADDRESS_VTXO, index=3, show=False)
    script = VtxoScript(owner["owner_key"], public("signer")[1:], 0xFFFF)
    frauds.leaf(run)[0] = TxOut(OUTPUT_SAT, script.script_pubkey)


def test_refuses_an_exit_after_65535_blocks(lab: Lab) -> None:
    lab.refuses_refresh(ROW, spoil)
