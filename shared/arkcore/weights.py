"""Sizes of transactions before they are signed, as Ark wallets estimate them for fees.

The constants are those that the SDK's wallets use, so that fees agree to the satoshi; they lie at
or slightly above the real sizes for the shapes that exits use.
"""

from arkcore.codec import compact_size

_BASE_BYTES = 10
_INPUT_BYTES = 41
_KEY_WITNESS_BYTES = 65
_TAPSCRIPT_OVERHEAD_BYTES = 37
_SEGWIT_MARKER_BYTES = 2


def fee_at(rate_sat_per_kvb: int, vsize: int) -> int:
    """Fee in sat for `vsize` virtual bytes, rounded up. The rate is in sat per 1000 vB."""
    return -(-rate_sat_per_kvb * vsize // 1000)


class WeightEstimate:
    """Adds up inputs and outputs; `vsize()` is in virtual bytes."""

    __slots__ = ("_inputs", "_outputs", "_output_bytes", "_witness_bytes")

    def __init__(self) -> None:
        self._inputs = 0
        self._outputs = 0
        self._output_bytes = 0
        self._witness_bytes = 0

    def add_anchor_input(self) -> None:
        """A P2A input, whose witness is empty."""
        self._inputs += 1

    def add_key_input(self) -> None:
        """A taproot key-path input with a DEFAULT signature."""
        self._inputs += 1
        self._witness_bytes += _KEY_WITNESS_BYTES

    def add_leaf_input(self, signature_bytes: int, script_bytes: int, control_bytes: int) -> None:
        """A tapscript input: bytes of all signatures, of the leaf script and the control block."""
        self._inputs += 1
        # The wallets' estimators count the leaf version byte with the script.
        parts = signature_bytes + script_bytes + 1 + control_bytes
        self._witness_bytes += parts + _TAPSCRIPT_OVERHEAD_BYTES

    def add_output(self, script: bytes) -> None:
        self._outputs += 1
        self._output_bytes += 8 + len(compact_size(len(script))) + len(script)

    def vsize(self) -> int:
        counts = len(compact_size(self._inputs)) + len(compact_size(self._outputs))
        stripped = _BASE_BYTES + counts + self._inputs * _INPUT_BYTES + self._output_bytes
        weight = 4 * stripped
        if self._witness_bytes:
            weight += _SEGWIT_MARKER_BYTES + self._witness_bytes
        return (weight + 3) // 4
