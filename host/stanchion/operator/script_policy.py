"""Which VTXO and boarding scripts the operator accepts (spec/arkade.md 2.4)."""

from __future__ import annotations

from collections.abc import Sequence

from arkcore import closures, delays
from arkcore.errors import ArkError
from arkcore.taproot import TapTree

from stanchion.operator.errors import Code, OperatorError


def _refuse(message: str) -> OperatorError:
    return OperatorError(Code.INVALID_VTXO_SCRIPT, message)


def check_vtxo_script(
    scripts: Sequence[bytes], script_pubkey: bytes, signer_xonly: bytes, min_sequence: int
) -> None:
    """Raises OperatorError INVALID_VTXO_SCRIPT.

    Every collaborative leaf needs the signer key, or its owner could spend past the operator;
    every exit leaf at least the minimal delay (`min_sequence`, BIP-68), or he could leave before
    a forfeit can be broadcast.
    """
    try:
        tree = TapTree(list(scripts))
        leaves = [closures.decode(script) for script in scripts]
    except ArkError as error:
        raise _refuse(str(error)) from error
    if tree.script_pubkey() != script_pubkey:
        raise _refuse("taproot key of the leaves differs from the output's")
    exits = [leaf for leaf in leaves if leaf.is_exit]
    if not exits:
        raise _refuse("no exit leaf")
    for leaf in leaves:
        if not leaf.is_exit and signer_xonly not in leaf.keys:
            raise _refuse("invalid forfeit closure, signer pubkey not found")
    unit, least = delays.decode(min_sequence)
    for leaf in exits:
        leaf_unit, value = delays.decode(leaf.sequence or 0)
        if leaf_unit != unit:
            raise _refuse(f"invalid exit closure, CSV {leaf_unit[:-1]} type not allowed")
        if value < least:
            raise _refuse("exit delay is too short")
