"""The owner's Ark scripts, derived whole from own keys and the pinned operator (invariant I4)."""

from arkcore.scripts import VtxoScript

from signer.ledger_records import KIND_BOARDING


def ark_script(device, kind: int, index: int) -> VtxoScript:
    """Script of the VTXO or boarding output (`kind` of the ledger) of owner key `index`.

    Raises PathError `path-range`.
    """
    profile = device.require_operator()
    sequence = profile.unilateral_exit_sequence
    if kind == KIND_BOARDING:
        sequence = profile.boarding_exit_sequence
    return VtxoScript(device.keystore.owner_key(index)[1], profile.signer_xonly, sequence)
