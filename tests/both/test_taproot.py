"""Taproot outputs and control blocks are those of BIP-341; tree shapes are those of btcd.

Vectors: BIP-341's wallet vectors (scriptPubKey). Shapes with more leaves: tests/conformance.
"""

from arkcore import taproot
from arkcore.address import segwit_address
from arkcore.taproot import TapTree, check_control_block

from tests.both.helpers import refusal, vectors

LEAVES = [bytes((0x51 + index,)) for index in range(5)]


def cases():  # type: ignore[no-untyped-def]
    return vectors("bips/bip-0341_wallet-test-vectors.json")["scriptPubKey"]


def root_of(node) -> bytes:  # type: ignore[no-untyped-def]
    if node is None:
        return b""
    if isinstance(node, dict):
        return taproot.leaf_hash(bytes.fromhex(node["script"]))
    return taproot.branch_hash(root_of(node[0]), root_of(node[1]))


def has_only_tapscript(node) -> bool:  # type: ignore[no-untyped-def]
    if isinstance(node, dict):
        return node["leafVersion"] == taproot.LEAF_VERSION
    return node is None or (has_only_tapscript(node[0]) and has_only_tapscript(node[1]))


def test_outputs_of_the_bip_come_out() -> None:
    checked = 0
    for case in cases():
        internal = bytes.fromhex(case["given"]["internalPubkey"])
        root = bytes.fromhex(case["intermediary"]["merkleRoot"] or "")
        if has_only_tapscript(case["given"]["scriptTree"]):
            assert root_of(case["given"]["scriptTree"]) == root
            checked += 1
        assert taproot.tweak_hash(internal, root).hex() == case["intermediary"]["tweak"]
        key = taproot.output_key(internal, root)[0]
        assert key.hex() == case["intermediary"]["tweakedPubkey"]
        script = taproot.p2tr_script(key)
        assert script.hex() == case["expected"]["scriptPubKey"]
        assert segwit_address("bc", script) == case["expected"]["bip350Address"]
    assert checked >= 5


def first_scripts(node) -> "list[str]":  # type: ignore[no-untyped-def]
    if isinstance(node, dict):
        return [node["script"]]
    return first_scripts(node[0]) + first_scripts(node[1])


def test_control_blocks_of_the_bip_prove_their_scripts() -> None:
    for case in cases():
        tree = case["given"]["scriptTree"]
        if tree is None or not has_only_tapscript(tree):
            continue
        key = bytes.fromhex(case["intermediary"]["tweakedPubkey"])
        blocks = case["expected"]["scriptPathControlBlocks"]
        for index, script in enumerate(first_scripts(tree)):
            block = bytes.fromhex(blocks[index])
            internal = check_control_block(block, bytes.fromhex(script), key)
            assert internal.hex() == case["given"]["internalPubkey"]


def test_every_leaf_of_every_tree_size_has_a_control_block() -> None:
    for count in range(1, 6):
        tree = TapTree(LEAVES[:count])
        for index in range(count):
            control = tree.control_block(index)
            internal = check_control_block(control, LEAVES[index], tree.output_key())
            assert internal == taproot.UNSPENDABLE_XONLY, (count, index)


def test_an_odd_leaf_joins_the_last_pair() -> None:
    hashes = [taproot.leaf_hash(leaf) for leaf in LEAVES]
    pair = taproot.branch_hash(hashes[0], hashes[1])
    assert TapTree(LEAVES[:3]).root == taproot.branch_hash(pair, hashes[2])
    last = taproot.branch_hash(taproot.branch_hash(hashes[2], hashes[3]), hashes[4])
    assert TapTree(LEAVES).root == taproot.branch_hash(pair, last)


def test_refuses_control_blocks_that_prove_nothing() -> None:
    tree = TapTree(LEAVES[:2])
    key, control = tree.output_key(), tree.control_block(0)
    other = bytes((control[0] ^ 1,)) + control[1:]
    for name, bad, script in [
        ("short", control[:32], LEAVES[0]),
        ("cut", control[:-1], LEAVES[0]),
        ("too deep", control + bytes(32 * 128), LEAVES[0]),
        ("leaf version", bytes((0xC2 | control[0] & 1,)) + control[1:], LEAVES[0]),
        ("parity", other, LEAVES[0]),
        ("path", control[:33] + bytes(32), LEAVES[0]),
        ("script", control, LEAVES[1]),
    ]:
        assert refusal(check_control_block, bad, script, key) == "control-block", name
    assert refusal(check_control_block, control, LEAVES[0], bytes(32)) == "control-block"


def test_refuses_empty_trees_and_internal_keys_off_the_curve() -> None:
    assert refusal(TapTree, []) == "taptree-empty"
    assert refusal(taproot.output_key, b"\xff" * 32, b"") == "taproot-key"
