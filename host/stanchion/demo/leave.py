"""The operator is gone: the owner leaves alone, package by package."""

from arkcore.codec import outpoint, outpoint_text, parse_outpoint_text, to_hex_txid
from arkcore.tx import Tx

from stanchion.demo.report import DemoFailed
from stanchion.demo.stage import FEE_COIN_SAT, Stage
from stanchion.emulator import Presser
from stanchion.exits.arkade_plan import ArkadePlan
from stanchion.exits.coordinator import ExitCoordinator
from stanchion.exits.cpfp import OnchainCoins, SignedCpfp
from stanchion.exits.states import ExitStateKind
from stanchion.exits.store import MemoryExitStore
from stanchion.rounds.exit_data import ExitData
from stanchion.signers.facts import AddressKind

_MAX_BLOCKS = 200
CLAIM_INDEX = 1


def plan_of(stage: Stage, data: ExitData) -> ArkadePlan:
    """The way out of one VTXO from what was stored when its batch ended."""
    owner = stage.signer.get_address(AddressKind.VTXO, data.key_index)
    operator = stage.signer.get_operator()
    return ArkadePlan(
        parse_outpoint_text(data.outpoint),
        data.amount_sat,
        tuple(Tx.parse(bytes.fromhex(raw)) for raw in data.branch),
        owner.owner_key,
        operator.signer_key[1:],
        data.exit_sequence,
        data.key_index,
    )


def leave(stage: Stage) -> None:
    """Takes the live VTXO out with what is stored of its branch and nobody's help."""
    report = stage.report
    [coin] = stage.owner.live_coins()
    data = stage.owner.exits.by_outpoint[outpoint_text(coin.outpoint)]
    plan = plan_of(stage, data)
    _fund_fees(stage)
    coins = OnchainCoins(stage.chain, stage.signer)
    exits = ExitCoordinator(
        stage.chain,
        MemoryExitStore(),
        stage.signer,
        SignedCpfp(coins, stage.signer),
        coins,
        ArkadePlan.from_json,
    )
    with Presser(stage.emulator) as presser:
        [started] = exits.start_exits([plan])
    report.check(started.error is None, f"the owner confirmed on {len(presser.seen)} pages")
    _broadcast(stage, exits, plan)
    _claim(stage, exits, plan)


def _fund_fees(stage: Stage) -> None:
    script = stage.signer.get_address(AddressKind.ONCHAIN, 0).script
    stage.chain.fund(script, FEE_COIN_SAT)
    stage.received_sat += FEE_COIN_SAT
    stage.report.fact("fee coin", f"{FEE_COIN_SAT:,} sat at the device's own BIP-86 address")


def _pass(exits: ExitCoordinator, vtxo_id: bytes) -> ExitStateKind:
    for status in exits.progress_exits():
        if status.error is not None:
            raise DemoFailed(f"the exit stopped: {status.error}")
    state = exits.get_exit(vtxo_id)
    if state is None:
        raise DemoFailed("the exit is not followed any more")
    return state.state.kind


def _broadcast(stage: Stage, exits: ExitCoordinator, plan: ArkadePlan) -> None:
    title = f"{len(plan.steps)} packages, one confirmation each"
    with stage.report.progress(title, len(plan.steps)) as bar:
        while _pass(exits, plan.vtxo_id) in (ExitStateKind.START, ExitStateKind.PROCESSING):
            stage.chain.mine()
            bar.step()
    for number, step in enumerate(plan.steps):
        anchor = outpoint(step.txid, len(step.tx.outputs) - 1)
        spend = stage.chain.spender(anchor)
        status = stage.chain.tx_status(step.txid)
        stage.report.check(
            spend is not None and status.confirmed,
            f"package {number + 1}: {to_hex_txid(step.txid)} and its child, block {status.height}",
        )
        stage.transactions.append((f"tree transaction {number + 1}", step.txid))
        if spend is not None:
            stage.transactions.append((f"its fee child {number + 1}", spend.txid))


def _claim(stage: Stage, exits: ExitCoordinator, plan: ArkadePlan) -> None:
    waited = 0
    delay = stage.sandbox.config.unilateral_exit_delay
    with stage.report.progress("waiting out the exit delay", delay) as bar:
        while _pass(exits, plan.vtxo_id) is not ExitStateKind.CLAIMABLE and waited < _MAX_BLOCKS:
            stage.chain.mine()
            waited += 1
            bar.step()
    claim = exits.claim(plan.vtxo_id, CLAIM_INDEX)
    stage.chain.mine()
    kind = _pass(exits, plan.vtxo_id)
    height = stage.chain.tx_status(claim.txid()).height
    stage.report.check(
        kind is ExitStateKind.CLAIMED,
        f"claimed after {waited} blocks by {to_hex_txid(claim.txid())}, block {height}",
    )
    stage.transactions.append(("claim", claim.txid()))
