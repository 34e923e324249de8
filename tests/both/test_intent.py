"""The text that is signed is the operator's canonical one, and no proof can be a payment.

Source: spec/arkade.md 7.1 - 7.3. Vectors of other implementations: tests/conformance.
"""

from arkcore import intent
from arkcore.hashes import sha256
from arkcore.intent_message import IntentMessage, message_of, parse_message
from arkcore.tx import TxOut

from tests.both.helpers import refusal

KEY = bytes([2]) + bytes(range(32))
SCRIPT = b"\x51\x20" + bytes(range(32))
COINS = [(bytes([7]) * 36, TxOut(1000, SCRIPT), 5), (bytes([8]) * 36, TxOut(2000, SCRIPT), 6)]


def test_messages_have_their_canonical_text() -> None:
    tail = '"onchain_output_indexes":[0,1],"valid_at":5,"expire_at":9,"cosigners_public_keys":["'
    assert intent.register_message([0, 1], 5, 9, [KEY]) == (
        '{"type":"register",' + tail + KEY.hex() + '"]}'
    )
    assert intent.estimate_fee_message([0, 1], 5, 9, [KEY, KEY]) == (
        '{"type":"estimate-intent-fee",' + tail + KEY.hex() + '","' + KEY.hex() + '"]}'
    )
    for text, kind in [
        (intent.delete_message(7), "delete"),
        (intent.pending_tx_message(7), "get-pending-tx"),
        (intent.get_intent_message(7), "get-intent"),
        (intent.get_data_message(7), "get-data"),
    ]:
        assert text == '{"type":"' + kind + '","expire_at":7}'


def test_refuses_numbers_and_keys_that_the_operator_would_write_otherwise() -> None:
    assert refusal(intent.delete_message, -1) == "intent-number"
    assert refusal(intent.delete_message, 1 << 63) == "intent-number"
    assert refusal(intent.register_message, [-1], 0, 0, [KEY]) == "intent-number"
    assert refusal(intent.register_message, [], 0, 0, [KEY[1:]]) == "intent-cosigner"


def test_message_hash_is_not_that_of_bip322() -> None:
    tag = sha256(b"ark-intent-proof-message")
    assert intent.message_hash("x") == sha256(tag + tag + b"x")
    other = sha256(b"BIP0322-signed-message")
    assert intent.message_hash("x") != sha256(other + other + b"x")


def test_proof_spends_the_message_first_and_repeats_the_first_coin_without_value() -> None:
    tx = intent.proof_tx("message", COINS, [TxOut(2500, SCRIPT)])
    to_spend = intent.to_spend_tx("message", SCRIPT)
    assert to_spend.version == 0 and to_spend.inputs[0].sequence == 0
    assert to_spend.inputs[0].script_sig == b"\x00\x20" + intent.message_hash("message")
    assert tx.version == 2 and tx.locktime == 0
    assert tx.inputs[0].txid == to_spend.txid() and tx.inputs[0].vout == 0
    assert [txin.sequence for txin in tx.inputs] == [5, 5, 6]
    assert [txin.outpoint for txin in tx.inputs[1:]] == [coin[0] for coin in COINS]
    amounts = [txout.amount_sat for txout in intent.proof_prevouts(COINS)]
    assert amounts == [0, 1000, 2000]


def test_proof_without_outputs_gets_an_empty_op_return() -> None:
    assert intent.proof_tx("message", COINS, []).outputs == [TxOut(0, b"\x6a")]


def test_refuses_a_proof_of_nothing_or_of_half_a_coin() -> None:
    assert refusal(intent.proof_tx, "message", [], []) == "intent-inputs"
    assert refusal(intent.proof_tx, "message", [(bytes(32), COINS[0][1], 0)], []) == "intent-coin"
    assert refusal(intent.proof_tx, "message", [(bytes(36), None, 0)], []) == "intent-coin"


def test_messages_read_and_encode_to_the_same_text() -> None:
    for text, kind in [
        (intent.register_message([1], 2, 3, [KEY]), intent.REGISTER),
        (intent.estimate_fee_message([], 0, 0, []), intent.ESTIMATE_FEE),
        (intent.get_data_message(0), intent.GET_DATA),
    ]:
        assert parse_message(text, kind).encode() == text


def test_a_message_in_another_order_or_spacing_encodes_canonically() -> None:
    loose = '{ "expire_at":3, "cosigners_public_keys": null, "valid_at":2, "type":"register",'
    loose += '"onchain_output_indexes": [1, 0] }'
    message = parse_message(loose, intent.REGISTER)
    assert message.encode() == intent.register_message([1, 0], 2, 3, [])


def test_refuses_messages_of_another_kind() -> None:
    delete = intent.delete_message(1)
    assert refusal(parse_message, delete, intent.GET_INTENT) == "intent-kind"
    assert refusal(parse_message, '{"type":"sweep","expire_at":1}', "sweep") == "intent-kind"
    assert refusal(parse_message, '{"expire_at":1}', intent.DELETE) == "intent-kind"


def test_refuses_messages_that_lose_or_lack_a_part() -> None:
    for text in (
        "",
        "not json",
        "[]",
        '"delete"',
        '{"type":"delete"}',
        '{"type":"delete","expire_at":"1"}',
        '{"type":"delete","expire_at":1.5}',
        '{"type":"delete","expire_at":-1}',
        '{"type":"delete","expire_at":true}',
        '{"type":"delete","expire_at":1,"valid_at":0}',
    ):
        assert refusal(parse_message, text, intent.DELETE) == "intent-message", text
    fields = {"type": "register", "expire_at": 0, "valid_at": 0, "onchain_output_indexes": [0]}
    assert refusal(message_of, fields, intent.REGISTER) == "intent-message"
    fields["cosigners_public_keys"] = {}
    assert refusal(message_of, fields, intent.REGISTER) == "intent-message"
    fields["cosigners_public_keys"] = ["02"]
    assert refusal(message_of, fields, intent.REGISTER) == "intent-cosigner"
    fields["cosigners_public_keys"] = ["zz" * 33]
    assert refusal(message_of, fields, intent.REGISTER) == "intent-cosigner"
    fields["cosigners_public_keys"] = [KEY.hex()]
    assert refusal(message_of, fields, intent.REGISTER) == ""
    assert refusal(parse_message, " " * 100_001, intent.DELETE) == "too-large"


def test_encoding_a_message_built_by_hand_checks_it_too() -> None:
    message = IntentMessage(intent.REGISTER, 1)
    message.cosigners = [b""]
    assert refusal(message.encode) == "intent-cosigner"
