"""A lying operator tries to get the other VTXO, one lie at a time."""

from stanchion.demo.report import Cell
from stanchion.demo.stage import Stage
from stanchion.operator import lying
from stanchion.operator.sandbox import own_vtxo
from stanchion.rounds.driver import BatchAbandoned

FRAUDS: tuple[lying.Lie, ...] = (
    lying.GarbageTreeSignatures(),
    lying.NoTreeSignatures(),
    lying.BatchOutputToItself(),
    lying.ShortExpiry(1),
    lying.CommitmentSwapped(),
    lying.ConnectorMissing(),
    lying.ConnectorsFromElsewhere(),
    lying.OtherForfeitKey(),
    lying.ReceiverShortPaid(),
    lying.AnchorMissing(),
)


def refuse_frauds(stage: Stage) -> None:
    """Each fraud is tried once; the VTXO stays live and no forfeit is signed."""
    [coin] = stage.owner.live_coins()
    forfeits = stage.log.count_of("sign_forfeit")
    rows: list[list[Cell]] = []
    with stage.report.progress(f"{len(FRAUDS)} frauds", len(FRAUDS)) as bar:
        for lie in FRAUDS:
            stage.sandbox.begin_lying(lie)
            failure = _attempt(stage)
            stage.report.check(failure is not None, f"{lie.name} does not get through")
            assert failure is not None
            by = "device" if failure.by == "signer" else failure.by
            rows.append([lie.name, lie.sentence, "refused", failure.tag, by])
            kept = [one.outpoint for one in stage.owner.live_coins()] == [coin.outpoint]
            stage.report.check(kept, f"{failure.tag}: the VTXO is still live in the ledger")
            bar.step(lie.name)
    stage.report.check(
        stage.log.count_of("sign_forfeit") == forfeits, "no forfeit signature left the device"
    )
    stage.report.table("Frauds", ["fraud", "what it does", "verdict", "tag", "refused by"], rows)


def _attempt(stage: Stage) -> BatchAbandoned | None:
    """Joins a batch of the liar with the one live VTXO; how it ended."""
    [coin] = stage.owner.live_coins()
    driver = stage.owner.join([coin], [own_vtxo(coin.amount_sat, coin.index)])
    failures = stage.sandbox.run([driver])
    return failures[0] if failures else None
