"""A tapscript signature counts only for the leaf, the output and the whole it was made for.

Invariant I3: what is believed was verified over a transaction that was built here.
"""

from arkcore.closures import multisig
from arkcore.sighash import SIGHASH_ALL
from arkcore.taproot import TapTree, check_control_block, leaf_hash, output_key, p2tr_script
from arkcore.tapsigs import LeafSpend, split_signature
from arkcore.tx import Tx, TxIn, TxOut

from tests.both.batch_samples import sign, vtxo_script, xonly
from tests.both.helpers import refusal

SCRIPT = vtxo_script("owner")
PREVOUT = TxOut(1000, SCRIPT.script_pubkey)
TX = Tx(3, [TxIn(b"\x01" * 36)], [TxOut(1000, p2tr_script(xonly("payee")))])


def spend() -> LeafSpend:
    return LeafSpend(TX, 0, [PREVOUT], SCRIPT.forfeit_leaf, SCRIPT.forfeit_control())


def both() -> "dict[bytes, bytes]":
    message = spend().sighash()
    return {xonly("owner"): sign("owner", message), xonly("signer"): sign("signer", message)}


def test_all_keys_of_the_leaf_have_to_sign() -> None:
    spend().check_signatures(both())
    for name in ("owner", "signer"):
        signatures = both()
        del signatures[xonly(name)]
        assert refusal(spend().check_signatures, signatures) == "tapsig-missing"
        spend().check_signatures(signatures, (xonly(name),))


def test_a_signature_for_something_else_is_refused_even_of_excused_keys() -> None:
    signatures = both()
    signatures[xonly("signer")] = sign("signer", bytes(32))
    excused = (xonly("signer"),)
    assert refusal(spend().check_signatures, signatures, excused) == "tapsig-invalid"


def test_a_hash_type_counts_only_where_it_is_allowed() -> None:
    message = spend().sighash(SIGHASH_ALL)
    signature = sign("owner", message) + bytes((SIGHASH_ALL,))
    assert spend().is_signed_by(xonly("owner"), signature, (SIGHASH_ALL,))
    assert not spend().is_signed_by(xonly("owner"), signature)
    # The bytes of an ALL signature do not become a DEFAULT one by losing their last byte.
    assert not spend().is_signed_by(xonly("owner"), signature[:64])


def test_refuses_signatures_of_other_sizes_and_a_written_default() -> None:
    assert split_signature(b"\x05" * 64) == (b"\x05" * 64, 0)
    assert split_signature(b"\x05" * 64 + b"\x01") == (b"\x05" * 64, 1)
    for wrong in (b"", bytes(63), bytes(65), bytes(66)):
        assert refusal(split_signature, wrong) == "tapsig-encoding", len(wrong)


def test_refuses_a_leaf_that_is_not_in_the_output() -> None:
    one = spend()
    one.leaf_script = multisig([xonly("thief")]).script
    assert refusal(one.check_leaf) == "control-block"
    other = LeafSpend(TX, 0, [TxOut(1000, p2tr_script(xonly("x")))], one.leaf_script, one.control)
    assert refusal(other.check_leaf) == "control-block"


def test_refuses_an_output_whose_key_could_spend_it_alone() -> None:
    leaf = SCRIPT.forfeit_leaf
    key, parity = output_key(xonly("thief"), leaf_hash(leaf))
    control = bytes((0xC0 | parity,)) + xonly("thief")
    assert check_control_block(control, leaf, key) == xonly("thief")
    one = LeafSpend(TX, 0, [TxOut(1000, p2tr_script(key))], leaf, control)
    assert refusal(one.check_leaf) == "tapsig-key-path"
    tree = TapTree([leaf])
    sound = LeafSpend(TX, 0, [TxOut(1000, tree.script_pubkey())], leaf, tree.control_block(0))
    assert sound.check_leaf().keys == [xonly("owner"), xonly("signer")]


def test_the_witness_ends_in_script_and_control_block() -> None:
    signatures = both()
    assert spend().witness(signatures, (b"item",)) == [
        signatures[xonly("signer")],
        signatures[xonly("owner")],
        b"item",
        SCRIPT.forfeit_leaf,
        SCRIPT.forfeit_control(),
    ]
    assert refusal(spend().witness, {}) == "closure-signature-missing"
