"""Money comes in, a batch boards it, a second batch refreshes it."""

from arkcore.codec import from_hex_txid, outpoint_text

from stanchion.demo.stage import Stage
from stanchion.operator.sandbox import own_vtxo
from stanchion.rounds.driver import BatchDriver
from stanchion.signers.facts import AddressKind, InputFact, InputKind, VtxoState
from stanchion.signers.port import SignerRefused

_OTHERS_SAT = 50_000


def fund_boarding(stage: Stage, amount_sat: int, index: int) -> InputFact:
    """A confirmed coin on the device's boarding address of this index."""
    address = stage.signer.get_address(AddressKind.BOARDING, index)
    point = stage.chain.fund(address.script, amount_sat)
    stage.received_sat += amount_sat
    height = stage.chain.tx_status(point[:32]).height
    stage.report.fact("address", address.address)
    stage.report.fact("coin", f"{outpoint_text(point)}, {amount_sat:,} sat, block {height}")
    stage.report.check(height is not None, "the consensus engine accepted the block")
    stage.transactions.append(("funding of the boarding address", point[:32]))
    return InputFact(InputKind.BOARDING, point, amount_sat, index)


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


def board(stage: Stage, coin: InputFact, others: int) -> None:
    """The device boards `coin` for one VTXO of the same amount and key, beside `others`."""
    stage.others = [stage.sandbox.participant() for _ in range(others)]
    own = stage.owner.join([coin], [own_vtxo(coin.amount_sat, coin.index)])
    run_batch(stage, own, [other.board(_OTHERS_SAT) for other in stage.others], "boarding batch")
    _show_vtxo(stage, "the device's ledger holds one live VTXO")


def refresh(stage: Stage) -> None:
    """All who boarded before give their VTXO for a fresh one."""
    [old] = stage.owner.live_coins()
    own = stage.owner.join([old], [own_vtxo(old.amount_sat, old.index)])
    run_batch(stage, own, [other.refresh() for other in stage.others], "refreshing batch")
    states = {one.outpoint: one.state for one in stage.signer.list_vtxos()}
    stage.report.check(
        states.get(old.outpoint) is VtxoState.FORFEITED, "the old VTXO is forfeited in the ledger"
    )
    _show_vtxo(stage, "a new VTXO is live")
    _refuse_forfeited_exit(stage, old.outpoint)


def _refuse_forfeited_exit(stage: Stage, outpoint: bytes) -> None:
    try:
        stage.signer.start_exit(outpoint)
        refused = ""
    except SignerRefused as error:
        refused = error.tag
    stage.report.check(
        refused == "exit-not-forfeited", f"leaving with a forfeited VTXO is refused: {refused}"
    )


def _show_vtxo(stage: Stage, sentence: str) -> None:
    live = [one for one in stage.signer.list_vtxos() if one.state is VtxoState.LIVE]
    stage.report.check(len(live) == 1, sentence)
    for one in live:
        stage.report.fact(
            "VTXO", f"{outpoint_text(one.outpoint)}, {one.amount_sat:,} sat, depth {one.depth}"
        )
