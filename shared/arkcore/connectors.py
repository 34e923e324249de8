"""Connectors: dust outputs that exist only if the commitment transaction confirms.

A forfeit that spends a connector is worthless until then, which is what makes forfeiting safe.
A device follows one path (`ConnectorPath`); the host judges trees
(`tree_validation.validate_connector_tree`). Both demand the same (spec/arkade.md 4): root on
output 1, v3 nodes, sums kept, one P2TR script.
"""

from arkcore.codec import outpoint
from arkcore.errors import TreeError
from arkcore.nodes import CONNECTOR_OUTPUT_INDEX, anchor, is_p2tr, node_tx
from arkcore.tx import TxOut

MAX_CONNECTOR_DEPTH = 8


class Connector:
    """A spendable connector: `outpoint` (36 bytes) and `output` (TxOut)."""

    __slots__ = ("outpoint", "output")

    def __init__(self, point: bytes, output: TxOut) -> None:
        self.outpoint = point
        self.output = output


def check_connector_outputs(
    outputs: "list[TxOut]", input_amount_sat: int, connector_script: bytes
) -> None:
    """Raises TreeError `connector-anchor`, `connector-script`, `connector-conserve`.

    `outputs` include the anchor. Nodes that create value or lead to other scripts could never
    confirm or would not be what the operator's wallet hands out; then the forfeit would hang on
    something that is not bound to the commitment transaction.
    """
    if len(outputs) < 2 or outputs[-1] != anchor():
        raise TreeError("connector-anchor", "last output is not an empty P2A")
    total_sat = 0
    for txout in outputs[:-1]:
        if txout.script != connector_script:
            raise TreeError("connector-script", "output differs from the connector output")
        total_sat += txout.amount_sat
    if total_sat != input_amount_sat:
        raise TreeError("connector-conserve", "%d in, %d out" % (input_amount_sat, total_sat))


class ConnectorPath:
    """Follows one path from the commitment's output 1 down to a connector, in constant memory."""

    __slots__ = ("_script", "_outpoint", "_output", "_depth")

    def __init__(self, commitment_txid: bytes, connector_output: TxOut) -> None:
        """`commitment_txid` (32 bytes) and its output 1, both from the transaction itself.

        Raises TreeError `connector-script` unless that output is P2TR.
        """
        if not is_p2tr(connector_output.script):
            raise TreeError("connector-script", "connector output is not P2TR")
        self._script = connector_output.script
        self._outpoint = outpoint(commitment_txid, CONNECTOR_OUTPUT_INDEX)
        self._output = connector_output
        self._depth = 0

    def add_node(self, child_index: int, outputs: "list[TxOut]") -> None:
        """Feeds the next node of the path, root first.

        `outputs`: all outputs, the anchor last. `child_index`: the output by which the path goes
        on, and of the last node the connector itself. Raises TreeError `connector-depth`,
        `connector-child` (the index is no output or the anchor) and those of
        `check_connector_outputs`.
        """
        if self._depth >= MAX_CONNECTOR_DEPTH:
            raise TreeError("connector-depth", "over %d nodes" % MAX_CONNECTOR_DEPTH)
        check_connector_outputs(outputs, self._output.amount_sat, self._script)
        if child_index < 0 or child_index >= len(outputs) - 1:
            raise TreeError("connector-child", "no connector at output %d" % child_index)
        txid = node_tx(self._outpoint, outputs).txid()
        self._outpoint = outpoint(txid, child_index)
        self._output = outputs[child_index]
        self._depth += 1

    def finish(self) -> Connector:
        """The connector at the end. Raises TreeError `connector-lineage` when no node was fed.

        Its lineage cannot be forged: its outpoint is a hash over hashes that end in the
        commitment's txid, and every node was rebuilt here.
        """
        if not self._depth:
            raise TreeError("connector-lineage", "no node between commitment and connector")
        return Connector(self._outpoint, self._output)
