"""A signed batch on the in-process chain, and an owner who can leave it."""

import os
from dataclasses import dataclass

import secp256k1
from arkcore.branch import checked_node
from arkcore.codec import outpoint
from arkcore.delays import from_operator_value
from arkcore.scripts import VtxoScript, p2wpkh_script, sweep_root
from arkcore.tree import TreeLeaf, vtxo_tree
from arkcore.treesigning import BranchSigner, TreeCoordinator
from arkcore.tx import TxOut
from arkcore.unroll import finalize_tree_tx
from stanchion.chain.embedded import EmbeddedChain
from stanchion.exits.arkade_plan import ArkadePlan
from stanchion.exits.coordinator import ExitCoordinator
from stanchion.exits.cpfp import OnchainCoins, SignedCpfp
from stanchion.exits.states import ExitStateKind
from stanchion.exits.store import ExitStore
from stanchion.signers.facts import OperatorFacts, VtxoFacts, VtxoState
from stanchion.signers.software import SoftwareSigner

OPERATOR_SECRET = bytes([0x21]) * 32
COSIGNER_SECRET = bytes([0x22]) * 32
OPERATOR_KEY = secp256k1.pubkey_create(OPERATOR_SECRET)
COSIGNER_KEY = secp256k1.pubkey_create(COSIGNER_SECRET)
EXPIRY_SEQUENCE = 144
EXIT_DELAY_BLOCKS = 10
AMOUNT_SAT = 20_000


def operator_facts(exit_delay=EXIT_DELAY_BLOCKS):
    """An operator with this unilateral exit delay in its raw form."""
    script = p2wpkh_script(OPERATOR_KEY)
    delays = (exit_delay, exit_delay * 2, exit_delay, EXPIRY_SEQUENCE)
    return OperatorFacts("test", OPERATOR_KEY, OPERATOR_KEY, script, *delays, dust_sat=330)


def make_owner(exit_delay=EXIT_DELAY_BLOCKS) -> SoftwareSigner:
    owner = SoftwareSigner(bytes([0x33]) * 32)
    owner.enroll_operator(operator_facts(exit_delay))
    return owner


@dataclass
class Batch:
    """A confirmed batch whose leaves all belong to `owner`, key index = leaf number."""

    owner: SoftwareSigner
    plans: list[ArkadePlan]
    commitment_txid: bytes


def make_batch(
    chain: EmbeddedChain,
    owner: SoftwareSigner,
    leaf_count: int = 4,
    *,
    exit_delay: int = EXIT_DELAY_BLOCKS,
    amount_sat: int = AMOUNT_SAT,
    wanted: int | None = None,
) -> Batch:
    """Builds, cosigns and funds a VTXO tree; plans for the first `wanted` leaves (all if None)."""
    sequence = from_operator_value(exit_delay)
    keys = [owner.keys.owner_xonly(index) for index in range(leaf_count)]
    scripts = [VtxoScript(key, OPERATOR_KEY[1:], sequence) for key in keys]
    leaves = [
        TreeLeaf([COSIGNER_KEY, OPERATOR_KEY], [TxOut(amount_sat, script.script_pubkey)])
        for script in scripts
    ]
    root = sweep_root(EXPIRY_SEQUENCE, OPERATOR_KEY[1:])
    planned = vtxo_tree(leaves, root, EXPIRY_SEQUENCE)
    funding = chain.fund(planned.root_output.script, planned.root_output.amount_sat)
    tree = planned.tree(funding[:32])
    paths = [tree.path_to(leaf) for leaf in tree.leaves()[:wanted]]
    needed = {node.txid for path in paths for node in path}
    _sign(tree, planned.root_output, root, needed)
    order = {script.script_pubkey: index for index, script in enumerate(scripts)}
    plans = []
    for path in paths:
        leaf = path[-1]
        index = order[leaf.tx.outputs[0].script]
        point = outpoint(leaf.txid, 0)
        owner.learn_vtxo(
            VtxoFacts(
                point, amount_sat, index, VtxoState.LIVE, EXPIRY_SEQUENCE, funding[:32], len(path)
            )
        )
        branch = tuple(node.tx for node in path)
        plans.append(
            ArkadePlan(point, amount_sat, branch, keys[index], OPERATOR_KEY[1:], sequence, index)
        )
    return Batch(owner, plans, funding[:32])


def _sign(tree, root_output, root, needed):
    outputs = {tree.root.txid: root_output}
    nodes, cosigners = {}, {}
    for node in tree.nodes:
        for index, child in node.children:
            outputs[child.txid] = node.tx.outputs[index]
        if node.txid in needed:
            nodes[node.txid] = checked_node(
                node.tx, outputs[node.txid], node.cosigners, root, node.is_leaf
            )
            cosigners[node.txid] = node.cosigners
    coordinator = TreeCoordinator(nodes, cosigners)
    order = list(nodes)
    parties = [(COSIGNER_SECRET, COSIGNER_KEY), (OPERATOR_SECRET, OPERATOR_KEY)]
    signers = []
    for secret, key in parties:
        signer = BranchSigner([nodes[txid] for txid in order], key)
        nonces = signer.make_nonces(secret, [os.urandom(32) for _ in order])
        coordinator.add_nonces(key, dict(zip(order, nonces, strict=True)))
        signers.append(signer)
    aggregate = coordinator.aggregate_nonces()
    for (secret, key), signer in zip(parties, signers, strict=True):
        partials = signer.sign(secret, [aggregate[txid] for txid in order])
        coordinator.add_partial_signatures(key, dict(zip(order, partials, strict=True)))
    for txid, signature in coordinator.signatures().items():
        finalize_tree_tx(tree.find(txid).tx, signature)


def make_exits(chain, owner, store: ExitStore, *, address_count: int = 4) -> ExitCoordinator:
    """A coordinator that has read what the store holds."""
    coins = OnchainCoins(chain, owner, address_count)
    exits = ExitCoordinator(
        chain, store, owner, SignedCpfp(coins, owner), coins, ArkadePlan.from_json
    )
    exits.load()
    return exits


def give_coins(chain, owner, *amounts_sat):
    """Confirmed on-chain coins for fees, at address 0."""
    script = owner.keys.onchain(0).script
    return chain.fund_many([(script, amount_sat) for amount_sat in amounts_sat])


def errors_of(statuses):
    return [status.error for status in statuses if status.error is not None]


def run_until(chain, exits, vtxo_id, kind, *, blocks=60):
    """Passes and single blocks until one exit reaches a state; the number of blocks it took."""
    for count in range(blocks):
        assert errors_of(exits.progress_exits()) == []
        if exits.get_exit(vtxo_id).state.kind is kind:
            return count
        chain.mine()
    raise AssertionError(f"still {exits.get_exit(vtxo_id).state}")


def rows(exits, plan):
    return exits.get_exit(plan.vtxo_id).state.transactions


def kind(exits, plan):
    return exits.get_exit(plan.vtxo_id).state.kind


def passes(exits):
    assert errors_of(exits.progress_exits()) == []


def finishes(chain, exits, plan):
    run_until(chain, exits, plan.vtxo_id, ExitStateKind.CLAIMABLE)
    exits.claim(plan.vtxo_id)
    run_until(chain, exits, plan.vtxo_id, ExitStateKind.CLAIMED)
