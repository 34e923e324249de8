"""Row 131: an on-chain output that is owed is not in the commitment."""

from arkcore.tx import TxOut
from wire import terms

from tests.attack.scaffold import Lab, Row
from tests.batch.frauds import OUTPUT_SAT, STRANGER
from tests.batch.owner import Run, own_onchain, own_script, own_vtxo

ROW = Row(
    131,
    "O",
    "an on-chain output that is owed is not in the commitment",
    "arkade 3.8",
    "commitment-output",
)


def test_refuses_a_commitment_without_an_owed_output(lab: Lab) -> None:
    outputs = [own_vtxo(OUTPUT_SAT, 3), own_onchain(OUTPUT_SAT, 2)]
    run = Run(lab, lab.coins(), outputs).open()
    places = [one.script for one in run.batch.commitment.outputs]
    place = places.index(own_script(lab, terms.ADDRESS_ONCHAIN, 2))
    run.batch.commitment.outputs[place] = TxOut(OUTPUT_SAT, STRANGER)
    run.announce()
    lab.refuses(ROW, run.feed_commitment, run=run)
