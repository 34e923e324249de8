"""Output scripts are derived from keys and delays alone, so "mine" can be checked (invariant I4).

Further vectors: tests/conformance. Example keys: BIP-341's.
"""

from arkcore import delays, scripts
from arkcore.closures import csv_multisig, multisig
from arkcore.taproot import TapTree, check_control_block, leaf_hash

from tests.both.helpers import refusal

OWNER = bytes.fromhex("d6889cb081036e0faefa3a35157ad71086b123b2b144b649798b494c300a961d")
SIGNER = bytes.fromhex("187791b6f712a8ea41c8ecdd0ee77fab3e85263b37e1ec18a3651926b3a6cf27")
DELEGATE = bytes.fromhex("93478e9488f956df2396be2ce6c5cced75f900dfa18e7dabd2428aae78451820")
SEQUENCE = delays.seconds(86016)


def test_vtxo_script_holds_a_collaborative_and_an_exit_leaf() -> None:
    script = scripts.VtxoScript(OWNER, SIGNER, SEQUENCE)
    assert script.scripts == [script.forfeit_leaf, script.exit_leaf]
    assert script.forfeit_leaf == multisig([OWNER, SIGNER]).script
    assert script.exit_leaf == csv_multisig(SEQUENCE, [OWNER]).script
    assert script.script_pubkey == b"\x51\x20" + script.output_key


def test_control_blocks_prove_each_leaf() -> None:
    script = scripts.DelegateScript(OWNER, SIGNER, DELEGATE, SEQUENCE)
    for control, leaf in [
        (script.forfeit_control(), script.forfeit_leaf),
        (script.exit_control(), script.exit_leaf),
        (script.delegate_control(), script.delegate_leaf),
    ]:
        check_control_block(control, leaf, script.output_key)
    assert script.delegate_leaf == multisig([OWNER, DELEGATE, SIGNER]).script


def test_every_part_of_a_vtxo_script_changes_its_output() -> None:
    key = scripts.VtxoScript(OWNER, SIGNER, SEQUENCE).output_key
    assert scripts.VtxoScript(DELEGATE, SIGNER, SEQUENCE).output_key != key
    assert scripts.VtxoScript(OWNER, DELEGATE, SEQUENCE).output_key != key
    assert scripts.VtxoScript(OWNER, SIGNER, delays.seconds(86528)).output_key != key
    assert scripts.VtxoScript(SIGNER, OWNER, SEQUENCE).output_key != key


def test_sweep_root_is_the_hash_of_the_one_sweep_leaf() -> None:
    leaf = scripts.sweep_leaf(SEQUENCE, SIGNER)
    assert leaf.hex() == "03a80040b27520" + SIGNER.hex() + "ac"
    assert scripts.sweep_root(SEQUENCE, SIGNER) == leaf_hash(leaf) == TapTree([leaf]).root


def test_checkpoint_tree_has_the_operator_leaf_first() -> None:
    operator_leaf = scripts.checkpoint_leaf(SEQUENCE, SIGNER)
    collaborative = multisig([OWNER, SIGNER]).script
    tree = scripts.checkpoint_tree(operator_leaf, collaborative)
    assert tree.scripts == [operator_leaf, collaborative]
    check_control_block(tree.control_block(1), collaborative, tree.output_key())


def test_forfeit_address_script_is_p2wpkh() -> None:
    key = bytes.fromhex("0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798")
    script = scripts.p2wpkh_script(key)
    assert script.hex() == "0014751e76e8199196d454941c45d1b3a323f1433bd6"
    assert refusal(scripts.p2wpkh_script, key[1:]) == "script-key"


def test_subdust_output_is_an_op_return_of_the_key() -> None:
    assert scripts.subdust_script(OWNER) == b"\x6a\x20" + OWNER
    assert refusal(scripts.subdust_script, b"\x02" + OWNER) == "script-key"


def test_refuses_keys_of_wrong_length() -> None:
    assert refusal(scripts.VtxoScript, b"\x02" + OWNER, SIGNER, SEQUENCE) == "closure-keys"
    assert refusal(scripts.sweep_leaf, SEQUENCE, SIGNER[1:]) == "closure-keys"
