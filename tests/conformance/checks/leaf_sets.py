"""For the checks of script vectors: parts of a taproot output, delays as vectors write them."""

from arkcore import arkfields, delays, psbt
from arkcore.address import ark_address, segwit_address, segwit_script
from arkcore.taproot import UNSPENDABLE_XONLY

from tests.conformance.mismatch import equal, require

SEGWIT_HRPS = {"bitcoin": "bc", "testnet": "tb", "signet": "tb", "regtest": "bcrt"}


def unhex(text: str) -> bytes:
    return bytes.fromhex(text)


def sequence_of(timelock) -> int:  # type: ignore[no-untyped-def]
    """BIP-68 number of `{type: blocks|seconds, value}`."""
    build = delays.blocks if timelock["type"] == "blocks" else delays.seconds
    return build(timelock["value"])


def xonly(key: bytes) -> bytes:
    """x-only form of a key that a vector writes compressed or x-only."""
    return key[1:] if len(key) == 33 else key


def check_leaf_set(leaf_set, out, server=b"") -> None:  # type: ignore[no-untyped-def]
    """Compares every part of the output that the vector names."""
    equal("scripts", [script.hex() for script in leaf_set.scripts], out["scripts"])
    tree = leaf_set.tree
    for index, leaf in enumerate(out.get("leaves", [])):
        equal("leaf script", leaf_set.scripts[index], leaf["script"])
        equal("leaf version", 0xC0, leaf["leafVersion"])
        equal("leaf hash", tree.leaf_hashes[index], leaf["leafHash"])
        equal("control block", tree.control_block(index), leaf["controlBlock"])
    if "internalKey" in out:
        equal("internal key", UNSPENDABLE_XONLY, out["internalKey"])
    if "merkleRoot" in out:
        equal("merkle root", tree.root, out["merkleRoot"])
    if "outputKey" in out:
        equal("output key", leaf_set.output_key, out["outputKey"])
    if "pkScript" in out:
        equal("scriptPubKey", leaf_set.script_pubkey, out["pkScript"])
    if "tapTreeEncoded" in out:
        check_taptree(leaf_set.scripts, unhex(out["tapTreeEncoded"]))
    check_addresses(leaf_set, out.get("addresses", {}), server)


def check_taptree(scripts, encoded: bytes) -> None:  # type: ignore[no-untyped-def]
    """Depth bytes differ between implementations: the order of the scripts is what counts."""
    equal("taptree scripts", arkfields.decode_taptree(encoded), scripts)
    entries = psbt.PsbtMap()
    arkfields.set_taptree(entries, scripts)
    equal("taptree round trip", arkfields.taptree(entries), scripts)


def check_addresses(leaf_set, addresses, server: bytes) -> None:  # type: ignore[no-untyped-def]
    for hrp, text in addresses.get("ark", {}).items():
        equal("ark address", ark_address(hrp, server, leaf_set.output_key), text)
    for network, text in addresses.get("onchain", {}).items():
        require(network in SEGWIT_HRPS, "network " + network)
        hrp = SEGWIT_HRPS[network]
        equal("on-chain address", segwit_address(hrp, leaf_set.script_pubkey), text)
        equal("script of the address", segwit_script(hrp, text), leaf_set.script_pubkey)
