"""What the chain decides between owner and operator: exits, sweeps, and forfeits used.

The consensus engine judges every script: a branch kept as exit data confirms without the operator,
the operator takes what is left after the expiry, and an old VTXO that shows up on chain is taken by
its forfeit. Rules: spec/arkade.md 9.3 and 11.
"""

from __future__ import annotations

import pytest
from arkcore.claim import ExitCoin, claim_tx
from arkcore.codec import outpoint_text
from arkcore.cpfp import FundingCoin, fund_child
from arkcore.tx import Tx, TxOut
from stanchion.chain.embedded import EmbeddedChain
from stanchion.chain.port import PackageRejected, TxRejected
from stanchion.operator.config import OperatorConfig
from stanchion.rounds.exit_data import ExitData
from stanchion.rounds.offer import make_offer
from stanchion.signers.facts import AddressKind, ClaimKind

from tests.host.batch_world import CONFIG, Participant, World, own_vtxo


def boarded(world: World, count: int) -> list[Participant]:
    people = [world.participant() for _ in range(count)]
    assert world.run([person.board() for person in people]) == []
    world.mine()
    return people


def exit_data(person: Participant) -> ExitData:
    [coin] = person.live_coins()
    return person.exits.by_outpoint[outpoint_text(coin.outpoint)]


def broadcast(world: World, data: ExitData) -> Tx:
    """Publishes the branch, one package a block; returns the leaf transaction."""
    wallet = world.chain.wallet
    tx = Tx(2, [], [])
    for raw in data.branch:
        tx = Tx.parse(bytes.fromhex(raw))
        if world.chain.tx_status(tx.txid()).confirmed:
            continue
        coins = [FundingCoin(c.outpoint, TxOut(c.amount_sat, c.script)) for c in wallet.coins()]
        child = fund_child(tx, coins[:1], wallet.script, 1000)
        wallet.sign(child.tx, child.prevouts)
        world.chain.submit_package(tx.serialize(), child.tx.serialize())
        world.mine()
    return tx


@pytest.mark.parametrize("count", [1, 3, 8])
def test_the_kept_branch_confirms_without_the_operator_and_the_owner_claims(
    world: World, count: int
) -> None:
    people = boarded(world, count)
    person = people[0]
    [coin] = person.live_coins()
    leaf = broadcast(world, exit_data(person))
    assert coin.outpoint[:32] == leaf.txid()
    offered = make_offer(person.signer, [coin], []).coins[0]
    spend = ExitCoin(
        coin.outpoint, offered.output, offered.tree.exit_leaf, offered.tree.exit_control()
    )
    signed = person.signer.sign_claim(
        ClaimKind.VTXO, coin.outpoint, coin.amount_sat, coin.index, 0, 500
    )
    claim = claim_tx([spend], person.script(AddressKind.ONCHAIN), 500)
    claim.tx.inputs[0].witness = claim.spends[0].witness({offered.owner_xonly: signed})
    with pytest.raises(TxRejected, match="non-BIP68-final"):
        world.chain.submit(claim.tx.serialize())
    world.mine(CONFIG.unilateral_exit_delay)
    world.chain.submit(claim.tx.serialize())
    world.mine()
    assert world.chain.tx_status(claim.tx.txid()).confirmed


def test_after_the_expiry_the_operator_sweeps_the_whole_batch(world: World) -> None:
    people = boarded(world, 3)
    points = [person.live_coins()[0].outpoint for person in people]
    world.mine(CONFIG.batch_expiry - 1)
    vtxos = world.operator.context.vtxos
    assert not any(vtxos.get(point).swept for point in points)
    world.mine(2)
    assert all(vtxos.get(point).swept for point in points)
    [round_id] = world.operator.context.journal.round_ids()
    round_ = world.operator.context.journal.load(round_id)
    assert round_.swept
    [sweep] = round_.sweep_txs
    world.mine()
    assert world.chain.tx_status(bytes(reversed(bytes.fromhex(sweep)))).confirmed


def test_a_partly_unrolled_batch_is_swept_around_the_exit(world: World) -> None:
    people = boarded(world, 4)
    leaver = people[0]
    broadcast(world, exit_data(leaver))
    world.mine(CONFIG.batch_expiry + 2)
    vtxos = world.operator.context.vtxos
    gone = vtxos.get(leaver.live_coins()[0].outpoint)
    assert gone.unrolled
    assert not gone.swept
    for person in people[1:]:
        assert vtxos.get(person.live_coins()[0].outpoint).swept


def test_an_old_vtxo_that_shows_up_on_chain_is_taken_by_its_forfeit(world: World) -> None:
    people = boarded(world, 2)
    thief = people[0]
    old = exit_data(thief)
    assert world.run([person.refresh() for person in people]) == []
    world.mine()
    broadcast(world, old)
    point = bytes.fromhex(old.outpoint[:64])[::-1] + bytes(4)
    for _ in range(6):
        world.mine()
    spend = world.chain.spender(point)
    assert spend is not None
    assert spend.status.confirmed
    [taken] = world.chain.unspent(world.keys.forfeit_script)
    assert taken.amount_sat == old.amount_sat + CONFIG.dust_sat
    assert world.operator.watchtower.troubles == []


SHORT_SECONDS = OperatorConfig(
    batch_expiry=10_240,
    unilateral_exit_delay=1_024,
    boarding_exit_delay=20_480,
    checkpoint_exit_delay=2_048,
)


def test_an_expiry_in_seconds_counts_the_time_of_the_chain(chain: EmbeddedChain) -> None:
    world = World(chain, SHORT_SECONDS)
    people = boarded(world, 2)
    vtxos = world.operator.context.vtxos
    points = [person.live_coins()[0].outpoint for person in people]
    confirmed = world.chain.tip()
    assert vtxos.get(points[0]).expires_at == confirmed.time + SHORT_SECONDS.batch_expiry
    before = world.chain.median_time(confirmed.height - 1)
    while world.chain.tip().median_time < before + SHORT_SECONDS.batch_expiry:
        assert not any(vtxos.get(point).swept for point in points)
        world.mine()
    assert all(vtxos.get(point).swept for point in points)
    assert world.operator.watchtower.troubles == []


def test_a_swept_vtxo_asks_for_no_forfeit_and_cannot_be_unrolled(world: World) -> None:
    person = boarded(world, 1)[0]
    data = exit_data(person)
    world.mine(CONFIG.batch_expiry + 3)
    [coin] = person.live_coins()
    offer = make_offer(person.signer, [coin], [own_vtxo(coin.amount_sat)])
    opened = person.signer.open_intent([coin], [own_vtxo(coin.amount_sat)], 0, 0)
    message = offer.register_message(opened.cosigner_key)
    world.operator.register_intent(offer.register_proof(message, opened.signatures), message)
    [waiting] = world.operator.queue.holding([outpoint_text(coin.outpoint)])
    assert waiting.inputs[0].swept
    assert waiting.forfeitable == ()
    with pytest.raises(PackageRejected):
        broadcast(world, data)
