"""Row 9: the exit delay is in seconds where blocks were enrolled."""

from arkcore.delays import from_operator_value
from arkcore.scripts import VtxoScript
from arkcore.tx import TxOut
from wire import terms

from tests.attack.scaffold import Lab, Row
from tests.batch import frauds
from tests.batch.frauds import OUTPUT_SAT
from tests.batch.operator import public
from tests.batch.owner import Run

ROW = Row(
    9,
    "O",
    "the exit delay is in seconds where blocks were enrolled",
    "vtxo-exit-delay-unit",
    "leaf-not-mine",
)


def spoil(run: Run) -> None:
    owner = run.device.call("get_address", kind=terms.ADDRESS_VTXO, index=3, show=False)
    script = VtxoScript(owner["owner_key"], public("signer")[1:], from_operator_value(20 * 512))
    frauds.leaf(run)[0] = TxOut(OUTPUT_SAT, script.script_pubkey)


def test_refuses_an_exit_delay_in_seconds(lab: Lab) -> None:
    lab.refuses_refresh(ROW, spoil)
