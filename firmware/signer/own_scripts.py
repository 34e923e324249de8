"""The owner's Ark scripts, derived whole from own keys and the pinned operator (invariant I4)."""

from arkcore.scripts import VtxoScript

from signer.ledger_records import KIND_BOARDING


def ark_script(keystore, profile, kind: int, index: int) -> VtxoScript:
    """Script of the VTXO or boarding output (`kind` of the ledger) of owner key `index`.

    `profile` is the OperatorProfile under which the output is made. Raises PathError `path-range`.
    """
    sequence = profile.unilateral_exit_sequence
    if kind == KIND_BOARDING:
        sequence = profile.boarding_exit_sequence
    return VtxoScript(keystore.owner_key(index)[1], profile.signer_xonly, sequence)
