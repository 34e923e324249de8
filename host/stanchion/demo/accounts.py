"""What was signed, what is on the chain, and whether every satoshi is accounted for."""

from arkcore.codec import to_hex_txid
from arkcore.tx import Tx

from stanchion.chain.port import ChainSource
from stanchion.demo.report import Cell, DemoFailed
from stanchion.demo.stage import Stage
from stanchion.signers.facts import AddressKind

_ONCHAIN_ADDRESSES = 4
_PAID_BY_OWNER = ("its fee child", "claim")


def fee_sat(chain: ChainSource, txid: bytes) -> int:
    """Inputs less outputs of a transaction on the chain."""
    tx = _raw(chain, txid)
    spent = sum(_raw(chain, i.txid).outputs[i.vout].amount_sat for i in tx.inputs)
    return spent - sum(output.amount_sat for output in tx.outputs)


def _raw(chain: ChainSource, txid: bytes) -> Tx:
    raw = chain.raw_tx(txid)
    if raw is None:
        raise DemoFailed(f"{to_hex_txid(txid)} is not on the chain")
    return Tx.parse(raw)


def show_accounts(stage: Stage) -> None:
    """Prints all three tables. Raises DemoFailed if they do not add up."""
    _signatures(stage)
    fees_sat = _transactions(stage)
    _balance(stage, fees_sat)


def _signatures(stage: Stage) -> None:
    rows: list[list[Cell]] = [
        [one.chapter, one.method, one.count, one.reason] for one in stage.log.summary()
    ]
    columns = ["chapter", "request", "signatures", "why"]
    stage.report.table("Signatures that left the device", columns, rows)


def _transactions(stage: Stage) -> int:
    """Prints every transaction with its block; the fees that the owner paid."""
    rows: list[list[Cell]] = []
    fees_sat = 0
    for what, txid in stage.transactions:
        status = stage.chain.tx_status(txid)
        fee = fee_sat(stage.chain, txid)
        own = what.startswith(_PAID_BY_OWNER)
        fees_sat += fee if own else 0
        rows.append([what, to_hex_txid(txid), status.height, fee if own else None])
    columns = ["transaction", "txid", "block", "owner's fee (sat)"]
    stage.report.table("Transactions", columns, rows)
    confirmed = all(stage.chain.tx_status(txid).confirmed for _, txid in stage.transactions)
    stage.report.check(confirmed, "the consensus engine holds every one of them in a block")
    return fees_sat


def _balance(stage: Stage, fees_sat: int) -> None:
    onchain_sat = sum(
        coin.amount_sat
        for index in range(_ONCHAIN_ADDRESSES)
        for coin in stage.chain.unspent(stage.signer.get_address(AddressKind.ONCHAIN, index).script)
    )
    vtxos_sat = sum(coin.amount_sat for coin in stage.owner.live_coins())
    rows: list[list[Cell]] = [
        ["received on chain", stage.received_sat],
        ["own on-chain coins", onchain_sat],
        ["live VTXOs", vtxos_sat],
        ["fees of the exit", fees_sat],
    ]
    stage.report.table("Balance", ["what", "sat"], rows)
    total_sat = onchain_sat + vtxos_sat + fees_sat
    stage.report.check(
        total_sat == stage.received_sat,
        f"{onchain_sat:,} + {vtxos_sat:,} + {fees_sat:,} = {stage.received_sat:,} sat",
    )
