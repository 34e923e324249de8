"""Row 130: prevouts are told where no signature commits to them."""

from tests.attack.scaffold import Lab, Row
from tests.batch.owner import facts

ROW = Row(
    130,
    "O",
    "prevouts are told where no signature commits to them",
    "arkade 6",
    "commitment-prevout",
)


def test_refuses_prevouts_that_nothing_proves(lab: Lab) -> None:
    run = lab.refresh().open()
    run.announce()
    tx = run.batch.commitment
    told = [
        {"outpoint": one.outpoint, "sequence": one.sequence, **fact}
        for one, fact in zip(tx.inputs, facts(run.batch.prevouts), strict=True)
    ]
    lab.refuses(ROW, lambda: run.call("feed_commitment_inputs", inputs=told), run=run)
