"""Money comes in, a batch boards it, a second batch refreshes it."""

from arkcore.codec import from_hex_txid, outpoint_text

from stanchion.demo.stage import BOARDED_SAT, Stage
from stanchion.operator.sandbox import own_vtxo
from stanchion.rounds.driver import BatchDriver
from stanchion.signers.facts import AddressKind, InputFact, InputKind, VtxoState
from stanchion.signers.port import SignerRefused

# The owner's coin becomes two VTXOs: one to leave with, one that a liar will be after.
_SPLIT_PER_MILLE = 750
_OTHERS_SAT = 50_000


def fund_boarding(stage: Stage) -> InputFact:
    stage.chapter("d", "The boarding address of the device is funded and mined")
    address = stage.signer.get_address(AddressKind.BOARDING, 0)
    point = stage.chain.fund(address.script, BOARDED_SAT)
    stage.received_sat += BOARDED_SAT
    height = stage.chain.tx_status(point[:32]).height
    stage.report.fact("address", address.address)
    stage.report.fact("coin", f"{outpoint_text(point)}, {BOARDED_SAT:,} sat, block {height}")
    stage.report.check(height is not None, "the consensus engine accepted the block")
    stage.transactions.append(("funding of the boarding address", point[:32]))
    return InputFact(InputKind.BOARDING, point, BOARDED_SAT, 0)


def run_batch(stage: Stage, own: BatchDriver, others: list[BatchDriver], what: str) -> None:
    """All join, the operator runs the batch, its commitment transaction is mined."""
    requests_per_batch = 22
    with stage.report.progress(
        f"{what}, {1 + len(others)} participants", requests_per_batch
    ) as bar:
        stage.log.on_call = bar.step
        failures = stage.sandbox.run([own, *others])
        stage.log.on_call = lambda _: None
    stage.report.check(not failures, f"all {1 + len(others)} participants finished the batch")
    stage.sandbox.mine()
    txid = from_hex_txid(own.commitment_txid)
    height = stage.chain.tx_status(txid).height
    stage.report.check(
        height is not None, f"commitment transaction {own.commitment_txid} is in block {height}"
    )
    stage.transactions.append((f"commitment of the {what}", txid))


def board(stage: Stage, coin: InputFact, participants: int) -> None:
    stage.chapter("e", f"A batch of {participants} participants boards the coin")
    stage.others = [stage.sandbox.participant() for _ in range(participants - 1)]
    first_sat = coin.amount_sat * _SPLIT_PER_MILLE // 1000
    wanted = [own_vtxo(first_sat, 0), own_vtxo(coin.amount_sat - first_sat, 1)]
    own = stage.owner.join([coin], wanted)
    others = [other.board(_OTHERS_SAT) for other in stage.others]
    run_batch(stage, own, others, "boarding batch")
    _show_vtxos(stage, "the device's ledger holds two live VTXOs")


def refresh(stage: Stage, participants: int) -> None:
    stage.chapter("f", "A second batch refreshes it: the old VTXOs are forfeited, new ones held")
    old = stage.owner.live_coins()
    own = stage.owner.join(old, [own_vtxo(coin.amount_sat, coin.index) for coin in old])
    others = [other.refresh() for other in stage.others[: participants - 1]]
    run_batch(stage, own, others, "refreshing batch")
    states = {one.outpoint: one.state for one in stage.signer.list_vtxos()}
    forfeited = [coin for coin in old if states.get(coin.outpoint) is VtxoState.FORFEITED]
    stage.report.check(len(forfeited) == len(old), "the old VTXOs are forfeited in the ledger")
    _show_vtxos(stage, "two new VTXOs are live")
    _refuse_forfeited_exit(stage, old[0].outpoint)


def _refuse_forfeited_exit(stage: Stage, outpoint: bytes) -> None:
    try:
        stage.signer.start_exit(outpoint)
        refused = ""
    except SignerRefused as error:
        refused = error.tag
    stage.report.check(
        refused == "exit-not-forfeited", f"leaving with a forfeited VTXO is refused: {refused}"
    )


def _show_vtxos(stage: Stage, sentence: str) -> None:
    live = [one for one in stage.signer.list_vtxos() if one.state is VtxoState.LIVE]
    stage.report.check(len(live) == 2, sentence)
    for one in live:
        stage.report.fact(
            "VTXO", f"{outpoint_text(one.outpoint)}, {one.amount_sat:,} sat, depth {one.depth}"
        )
