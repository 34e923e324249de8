"""How the SDK's vectors write transactions, trees and addresses, read into our objects."""

import secp256k1
from arkcore.address import decode_ark_address, segwit_script
from arkcore.codec import from_hex_txid, outpoint, to_hex_txid
from arkcore.psbt import Psbt, tap_script_sigs
from arkcore.taproot import p2tr_script, tweak_hash
from arkcore.treeflat import FlatNode
from arkcore.tx import TxOut

from tests.conformance.mismatch import equal, require


def txout(entry) -> TxOut:  # type: ignore[no-untyped-def]
    return TxOut(entry["amount"], bytes.fromhex(entry["script"]))


def point(entry) -> bytes:  # type: ignore[no-untyped-def]
    """Outpoint (36 bytes) of an entry with `txid` and `vout`."""
    return outpoint(from_hex_txid(entry["txid"]), entry["vout"])


def hexes(texts) -> "list[bytes]":  # type: ignore[no-untyped-def]
    return [bytes.fromhex(text) for text in texts]


def flat_nodes(entries) -> "list[FlatNode]":  # type: ignore[no-untyped-def]
    """Nodes of a `flatTree`; supplied txids are not read, as they bind nobody."""
    flat = []
    for entry in entries:
        children = [(int(i), from_hex_txid(txid)) for i, txid in entry["children"].items()]
        flat.append(FlatNode(Psbt.from_base64(entry["tx"]), children))
    return flat


def onchain_script(text: str) -> bytes:
    return segwit_script(text.split("1")[0], text)


def recipient_script(text: str) -> "tuple[bytes, bool]":
    """(scriptPubKey, True for an Ark address) of a recipient."""
    if text.startswith("ark1") or text.startswith("tark1"):
        return p2tr_script(decode_ark_address(text)[2]), True
    return onchain_script(text), False


def equal_tx(what: str, tx, described, prevouts=None) -> None:  # type: ignore[no-untyped-def]
    """Compares a transaction, and what it spends, with `{txid, version, lockTime, inputs,
    outputs}`."""
    equal(what + " version", tx.version, described["version"])
    equal(what + " locktime", tx.locktime, described["lockTime"])
    inputs = [[to_hex_txid(i.txid), i.vout, i.sequence] for i in tx.inputs]
    wanted = [[i["txid"], i["vout"], i["sequence"]] for i in described["inputs"]]
    equal(what + " inputs", inputs, wanted)
    if prevouts is not None:
        got = [[o.amount_sat, o.script.hex()] for o in prevouts]
        utxos = [i["witnessUtxo"] for i in described["inputs"]]
        equal(what + " prevouts", got, [[o["amount"], o["script"]] for o in utxos])
    outputs = [[o.amount_sat, o.script.hex()] for o in tx.outputs]
    equal(what + " outputs", outputs, [[o["amount"], o["script"]] for o in described["outputs"]])
    equal(what + " txid", to_hex_txid(tx.txid()), described["txid"])


def signatures_of(psbt: Psbt, index: int, leaf: bytes) -> "dict[bytes, bytes]":
    """Tapscript signatures of one input for one leaf hash, by x-only key."""
    entries = tap_script_sigs(psbt.inputs[index])
    return {key: sig for key, leaf_hash, sig in entries if leaf_hash == leaf}


def equal_psbt_tx(what: str, text: str, tx) -> Psbt:  # type: ignore[no-untyped-def]
    """Parses a PSBT and requires that it is about `tx`."""
    psbt = Psbt.from_base64(text)
    equal(what, psbt.tx.serialize(False), tx.serialize(False).hex())
    require(Psbt.from_base64(psbt.to_base64()).serialize() == psbt.serialize(), what + " rewrite")
    return psbt


def key_path_seckey(seckey: bytes) -> bytes:
    """Secret key (32 bytes) of the taproot output without scripts that belongs to `seckey`."""
    point = secp256k1.pubkey_create(seckey)
    even = secp256k1.scalar_negate(seckey) if point[0] == 3 else seckey
    return secp256k1.scalar_add(even, tweak_hash(point[1:], b""))


def sign(seckey: bytes, message: bytes) -> bytes:
    """BIP-340 signature with an auxiliary value of zeroes, as the vectors were made."""
    return secp256k1.sign_schnorr(seckey, message, bytes(32))
