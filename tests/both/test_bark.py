"""A bark VTXO proves that its owner can leave, or is refused (spec/bark.md 2.6, 2.7).

Vectors: tests/vectors/bark/vtxo_v2.json; every refusal changes one of them in one place.
"""

from arkcore.bark.limits import MAX_DELTA_BLOCKS, MAX_HEIGHT
from arkcore.bark.policy import Policy
from arkcore.bark.vtxo import BarkVtxo
from arkcore.tx import Tx

from tests.both.helpers import refusal, vectors

_DOCUMENT = vectors("bark/vtxo_v2.json")
_EXPIRY_AT = 10
_DELTA_AT = 47
_COUNT_AT = 85


def _encoded(name):
    for case in _DOCUMENT["vtxos"]:
        if case["name"] == name:
            return bytearray(bytes.fromhex(case["hex"]))
    raise ValueError(name)


def _funding(name):
    for case in _DOCUMENT["vtxos"]:
        if case["name"] == name:
            return Tx.parse(bytes.fromhex(_DOCUMENT["chain_anchor_txs"][case["chain_anchor_tx"]]))
    raise ValueError(name)


def _refused_encoding(data):
    return refusal(BarkVtxo.parse, bytes(data))


def _refused(name, change):
    vtxo = BarkVtxo.parse(bytes(_encoded(name)))
    change(vtxo)
    return refusal(vtxo.validate, _funding(name))


def test_decodes_versions_one_and_two_only():
    for version in (0, 3, 256):
        data = _encoded("board_vtxo")
        data[:2] = version.to_bytes(2, "little")
        assert _refused_encoding(data) == "bark-version", version


def test_refuses_bytes_after_the_point_and_missing_ones():
    data = _encoded("round1_vtxo")
    assert _refused_encoding(data + b"\x00") == "trailing-bytes"
    for size in range(0, len(data), 37):
        assert _refused_encoding(data[:size]) == "truncated", size


def test_refuses_delays_and_heights_beyond_the_maxima():
    for at, size, value in (
        (_DELTA_AT, 2, MAX_DELTA_BLOCKS + 1),
        (_EXPIRY_AT, 4, MAX_HEIGHT + 1),
        (2, 8, 21_000_000 * 100_000_000 + 1),
    ):
        data = _encoded("board_vtxo")
        data[at : at + size] = value.to_bytes(size, "little")
        assert _refused_encoding(data) == "bark-range", at
    data = _encoded("board_vtxo")
    data[_DELTA_AT : _DELTA_AT + 2] = MAX_DELTA_BLOCKS.to_bytes(2, "little")
    assert _refused_encoding(data) == ""


def test_refuses_a_key_that_is_no_point():
    data = _encoded("board_vtxo")
    data[14] = 4
    assert _refused_encoding(data) == "bark-key"


def test_refuses_a_policy_that_only_the_server_holds():
    for kind in (3, 4, 5, 6, 7, 0x0A, 0x0B, 0xFF):
        data = _encoded("board_vtxo")
        data[-36 - 34] = kind
        assert _refused_encoding(data) == "bark-policy", kind


def test_refuses_an_unknown_transition_and_one_without_cosigners():
    data = _encoded("board_vtxo")
    data[_COUNT_AT + 1] = 5
    assert _refused_encoding(data) == "bark-transition"
    vtxo = BarkVtxo.parse(bytes(_encoded("board_vtxo")))
    vtxo.genesis[0].transition.keys = []
    assert _refused_encoding(vtxo.serialize()) == "bark-transition"


def test_refuses_a_flag_that_is_neither_preimage_nor_hash():
    data = _encoded("round1_vtxo")
    vtxo = BarkVtxo.parse(bytes(data))
    at = bytes(data).index(b"\x00" + vtxo.genesis[-1].transition.preimage)
    data[at] = 2
    assert _refused_encoding(data) == "bark-transition"


def test_refuses_a_tweak_that_is_no_scalar():
    vtxo = BarkVtxo.parse(bytes(_encoded("arkoor2_vtxo")))
    vtxo.genesis[1].transition.tap_tweak = b"\xff" * 32
    assert _refused_encoding(vtxo.serialize()) == "bark-transition"


def test_refuses_to_continue_at_the_anchor_of_a_step():
    vtxo = BarkVtxo.parse(bytes(_encoded("arkoor2_vtxo")))
    last = vtxo.genesis[-1]
    last.vout = len(last.others) + 1
    vtxo.point = vtxo.point[:32] + last.vout.to_bytes(4, "little")
    assert _refused_encoding(vtxo.serialize()) == "bark-output-index"


def test_refuses_a_point_without_a_way_to_it():
    vtxo = BarkVtxo.parse(bytes(_encoded("board_vtxo")))
    items, point = vtxo.genesis, vtxo.point
    vtxo.genesis = []
    assert _refused_encoding(vtxo.serialize()) == "bark-genesis"
    vtxo.point = vtxo.anchor
    assert _refused_encoding(vtxo.serialize()) == ""
    vtxo.genesis = items
    assert _refused_encoding(vtxo.serialize()) == "bark-genesis"
    assert point != vtxo.anchor


def test_refuses_a_bent_signature_at_any_step():
    for index in range(5):

        def bend(vtxo, index=index):
            transition = vtxo.genesis[index].transition
            signature = bytearray(transition.signature)
            signature[40] ^= 1
            transition.signature = bytes(signature)

        assert _refused("arkoor3_vtxo", bend) == "bark-signature", index


def test_refuses_a_missing_signature_and_reads_zeros_as_missing():
    def remove(vtxo):
        vtxo.genesis[0].transition.signature = b""

    assert _refused("board_vtxo", remove) == "bark-signature"
    vtxo = BarkVtxo.parse(bytes(_encoded("board_vtxo")))
    remove(vtxo)
    again = BarkVtxo.parse(vtxo.serialize())
    assert again.genesis[0].transition.signature == b""
    assert again.exit_txs()[0].tx.inputs[0].witness == []


def test_refuses_a_round_vtxo_whose_preimage_is_unknown():
    def forget(vtxo):
        vtxo.genesis[-1].transition.preimage = b""

    assert _refused("round1_vtxo", forget) == "bark-preimage"
    vtxo = BarkVtxo.parse(bytes(_encoded("round1_vtxo")))
    forget(vtxo)
    again = BarkVtxo.parse(vtxo.serialize())
    stacks = [step.tx.inputs[0].witness for step in again.exit_txs()]
    assert all(stacks[:-1]) and not stacks[-1]


def test_refuses_another_funding_transaction_or_output():
    funding = _funding("board_vtxo")
    vtxo = BarkVtxo.parse(bytes(_encoded("board_vtxo")))
    funding.locktime += 1
    assert funding.outputs[0] == vtxo.anchor_output()
    assert refusal(vtxo.validate, funding) == "bark-anchor"
    funding.outputs[0].amount_sat += 1
    vtxo.anchor = funding.txid() + bytes(4)
    assert refusal(vtxo.validate, funding) == "bark-anchor"


def test_refuses_another_point_than_the_chain_ends_in():
    def move(vtxo):
        vtxo.point = vtxo.point[:32] + b"\x01\x00\x00\x00"

    assert _refused("board_vtxo", move) == "bark-point"


def test_refuses_amounts_over_all_bitcoin():
    def inflate(vtxo):
        vtxo.genesis[0].fee_sat = 21_000_000 * 100_000_000

    assert _refused("board_vtxo", inflate) == "bark-amount"


def test_calls_dust_on_the_way_not_standard():
    vtxo = BarkVtxo.parse(bytes(_encoded("arkoor2_vtxo")))
    vtxo.check_standard()
    vtxo.genesis[1].others[0].amount_sat = 329
    assert refusal(vtxo.check_standard) == "bark-standard"
    vtxo.genesis[1].others[0].script = b"\x6a" + bytes(90)
    assert refusal(vtxo.check_standard) == "bark-standard"


def test_current_hash_locks_measure_the_preimage_and_older_ones_do_not():
    key = bytes.fromhex("0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798")
    for old, new in ((1, 9), (2, 8)):
        older = Policy(old, key, bytes(32), 100, 10).leaves(key, 20)
        newer = Policy(new, key, bytes(32), 100, 10).leaves(key, 20)
        sized = [left for left in newer if left not in older]
        assert len(sized) == 1 and b"\x82\x01\x20\x88" in sized[0]
