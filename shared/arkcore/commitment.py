"""The commitment transaction: what a batch writes on chain (spec/arkade.md 6).

`commitment_tx` builds it, `check_commitment` judges a whole one, `CommitmentStream` reads one of
any size in constant memory, as a device must.
"""

import hashlib

from arkcore.codec import MAX_MONEY_SAT, compact_size, var_bytes
from arkcore.errors import TreeError
from arkcore.hashes import sha256
from arkcore.nodes import BATCH_OUTPUT_INDEX, CONNECTOR_OUTPUT_INDEX
from arkcore.sighash import CommonDigests, sighash_from_digests
from arkcore.tx import SEQUENCE_FINAL, Tx, TxIn, TxOut

COMMITMENT_VERSION = 2
MAX_COMMITMENT_ITEMS = 10_000


def commitment_tx(
    input_outpoints: "list[bytes]",
    batch_output: "TxOut | None",
    connector_output: "TxOut | None",
    onchain_outputs: "list[TxOut]",
    change: "TxOut | None" = None,
) -> Tx:
    """The unsigned transaction, outputs where a client expects them.

    Operator's inputs come first in `input_outpoints` (36 bytes each), then boarding inputs.
    Without a batch output but with connectors, the first on-chain output takes index 0, so that
    connectors stay at index 1. Raises TreeError `commitment-outputs` if nothing can take it.
    """
    outputs = list(onchain_outputs)
    if batch_output is not None:
        outputs.insert(BATCH_OUTPUT_INDEX, batch_output)
    if change is not None:
        outputs.append(change)
    if connector_output is not None:
        if not outputs:
            raise TreeError("commitment-outputs", "connectors without any other output")
        outputs.insert(CONNECTOR_OUTPUT_INDEX, connector_output)
    return Tx(COMMITMENT_VERSION, [TxIn(point) for point in input_outpoints], outputs)


def check_commitment(tx: Tx) -> None:
    """Raises TreeError `commitment-form` unless version 2, locktime 0 and final sequences.

    A lock on the commitment could hold it back until the old VTXOs have expired.
    """
    if tx.version != COMMITMENT_VERSION or tx.locktime != 0:
        raise TreeError("commitment-form", "version %d, locktime %d" % (tx.version, tx.locktime))
    if not tx.inputs or not tx.outputs:
        raise TreeError("commitment-form", "no inputs or no outputs")
    for txin in tx.inputs:
        if txin.sequence != SEQUENCE_FINAL or txin.script_sig:
            raise TreeError("commitment-form", "input is not final segwit")


class OwnInput:
    """An input that the owner offered: `outpoint` (36 bytes), `output` (TxOut), `index` or -1."""

    __slots__ = ("outpoint", "output", "index")

    def __init__(self, point: bytes, output: TxOut) -> None:
        self.outpoint = point
        self.output = output
        self.index = -1


class WantedOutput:
    """An on-chain output that the owner is owed: `output` (TxOut), `index` or -1."""

    __slots__ = ("output", "index")

    def __init__(self, output: TxOut) -> None:
        self.output = output
        self.index = -1


class CommitmentStream:
    """Reads a commitment transaction input by input, then output by output.

    The transaction is rebuilt (version 2, locktime 0, sequences final, empty scriptSigs), so its
    form needs no check: another form has another txid. After `finish`: `txid` (32 bytes),
    `batch_output` and `connector_output` (TxOut at 0 and 1), `own_inputs` and `wanted` with their
    indexes.
    """

    __slots__ = (
        "_inputs_left",
        "_outputs_left",
        "_output_count",
        "_input_index",
        "_input_sum_sat",
        "_sum_is_known",
        "_output_sum_sat",
        "_digests",
        "_hasher",
        "_reserved",
        "own_inputs",
        "wanted",
        "batch_output",
        "connector_output",
        "txid",
    )

    def __init__(
        self,
        input_count: int,
        output_count: int,
        own_inputs: "list[OwnInput]",
        wanted: "list[WantedOutput]",
        expects_batch: bool,
        expects_connectors: bool,
    ) -> None:
        """`own_inputs`: boarding inputs offered; `wanted`: on-chain outputs owed.

        `expects_batch` and `expects_connectors`: the owner needs output 0 or 1 in that role, so
        no wanted output may be looked for there. Raises TreeError `commitment-count`.
        """
        needed = 2 if expects_connectors else 1
        if not 0 < input_count <= MAX_COMMITMENT_ITEMS:
            raise TreeError("commitment-count", "%d inputs" % input_count)
        if not needed <= output_count <= MAX_COMMITMENT_ITEMS:
            raise TreeError("commitment-count", "%d outputs" % output_count)
        self._inputs_left = input_count
        self._outputs_left = output_count
        self._output_count = output_count
        self._input_index = 0
        self._input_sum_sat = 0
        self._sum_is_known = True
        self._output_sum_sat = 0
        self._digests = CommonDigests()
        self._reserved = (expects_batch, expects_connectors)
        self._hasher = hashlib.sha256(COMMITMENT_VERSION.to_bytes(4, "little"))
        self._hasher.update(compact_size(input_count))
        self.own_inputs = own_inputs
        self.wanted = wanted
        self.batch_output: TxOut | None = None
        self.connector_output: TxOut | None = None
        self.txid = b""

    @property
    def inputs_complete(self) -> bool:
        return not self._inputs_left

    @property
    def outputs_complete(self) -> bool:
        return not self._inputs_left and not self._outputs_left

    def add_input(self, point: bytes, prevout: "TxOut | None") -> None:
        """Feeds the next input: `point` (36 bytes) and the output that it spends.

        Who has no input of his own may leave the outputs out: his forfeits hang on the txid, which
        does not depend on them. Raises TreeError `commitment-count` (more than announced),
        `commitment-prevout`, `commitment-amount`, `commitment-malleable`, and `commitment-input`
        when an own input is there twice, with another amount or script than the owner's record,
        or when it was never offered.
        """
        if not self._inputs_left:
            raise TreeError("commitment-count", "more inputs than announced")
        if prevout is not None:
            self._add_prevout(point, prevout)
        elif self.own_inputs:
            raise TreeError("commitment-prevout", "a boarding signature commits to every prevout")
        else:
            self._sum_is_known = False
        self._hasher.update(point + b"\x00" + SEQUENCE_FINAL.to_bytes(4, "little"))
        self._input_index += 1
        self._inputs_left -= 1
        if not self._inputs_left:
            self._hasher.update(compact_size(self._output_count))

    def _add_prevout(self, point: bytes, prevout: TxOut) -> None:
        check_amount(prevout.amount_sat)
        check_native_segwit(prevout.script)
        self._match_own(point, prevout)
        self._digests.add_input(TxIn(point), prevout)
        self._input_sum_sat += prevout.amount_sat

    def _match_own(self, point: bytes, prevout: TxOut) -> None:
        for own in self.own_inputs:
            if own.outpoint == point:
                if own.index >= 0 or own.output != prevout:
                    raise TreeError("commitment-input", "own input twice or not as recorded")
                own.index = self._input_index
                return
        for own in self.own_inputs:
            if own.output.script == prevout.script:
                raise TreeError("commitment-input", "own coin that was not offered")

    def add_output(self, output: TxOut) -> None:
        """Feeds the next output. Raises TreeError `commitment-count`, `commitment-amount`."""
        if self._inputs_left or not self._outputs_left:
            raise TreeError("commitment-count", "output out of turn")
        check_amount(output.amount_sat)
        index = self._output_count - self._outputs_left
        if index == BATCH_OUTPUT_INDEX:
            self.batch_output = output
        elif index == CONNECTOR_OUTPUT_INDEX:
            self.connector_output = output
        if index > 1 or not self._reserved[index]:
            self._match_wanted(index, output)
        self._digests.add_output(output)
        self._hasher.update(output.amount_sat.to_bytes(8, "little") + var_bytes(output.script))
        self._output_sum_sat += output.amount_sat
        self._outputs_left -= 1

    def _match_wanted(self, index: int, output: TxOut) -> None:
        # One output settles one debt: two equal debts need two outputs.
        for wanted in self.wanted:
            if wanted.index < 0 and wanted.output == output:
                wanted.index = index
                return

    def finish(self) -> bytes:
        """The txid (32 bytes), after all inputs and outputs were fed; may be called again.

        Raises TreeError `commitment-count` (something is missing), `commitment-amount` (outputs
        exceed inputs, so it could never confirm), `commitment-input` (an offered input is not
        spent), `commitment-output` (an owed output is not there).
        """
        if self._inputs_left or self._outputs_left:
            raise TreeError("commitment-count", "inputs or outputs are missing")
        if self._sum_is_known and self._output_sum_sat > self._input_sum_sat:
            raise TreeError("commitment-amount", "outputs exceed inputs")
        for own in self.own_inputs:
            if own.index < 0:
                raise TreeError("commitment-input", "an offered input is not spent")
        for wanted in self.wanted:
            if wanted.index < 0:
                raise TreeError("commitment-output", "an owed output is missing")
        if not self.txid:
            # MicroPython allows one digest() per hash object, hence the cache.
            self._hasher.update(bytes(4))
            self.txid = sha256(self._hasher.digest())
        return self.txid

    def sighash(self, input_index: int, leaf_hash: bytes) -> bytes:
        """What the owner of a boarding input signs (32 bytes): tapscript, DEFAULT.

        It commits to every input, amount, script and output that was fed. Raises TreeError
        `commitment-count` before the end, `commitment-prevout` when a prevout was left out.
        """
        self.finish()
        if not self._sum_is_known:
            # Digests that lack a prevout belong to no transaction.
            raise TreeError("commitment-prevout", "a prevout was left out")
        return sighash_from_digests(COMMITMENT_VERSION, 0, self._digests, input_index, leaf_hash)


def check_native_segwit(script: bytes) -> None:
    """Raises TreeError `commitment-malleable` unless `script` is a native witness program.

    Any other input needs a scriptSig, which is part of the txid but of no taproot signature. With
    one, the operator could confirm the commitment under another txid: a boarding signature would
    still hold, while the tree that was signed for it could never be broadcast. A prevout that was
    fed falsely voids the signature, which commits to all of them.
    """
    size = len(script)
    version = script[0] if script else -1
    program = version == 0 or 0x51 <= version <= 0x60
    if not program or not 4 <= size <= 42 or script[1] != size - 2:
        raise TreeError("commitment-malleable", "an input is not native segwit")


def check_amount(amount_sat: int) -> None:
    """Raises TreeError `commitment-amount` unless 0 .. 21 million bitcoin."""
    if not 0 <= amount_sat <= MAX_MONEY_SAT:
        raise TreeError("commitment-amount", "%d sat" % amount_sat)


def read_commitment(tx: Tx, prevouts: "list[TxOut]", stream: CommitmentStream) -> bytes:
    """Feeds a whole transaction into `stream`, for those who hold one. Returns its txid.

    Raises TreeError of `check_commitment` and of the stream.
    """
    check_commitment(tx)
    if len(prevouts) != len(tx.inputs):
        raise TreeError("commitment-count", "one prevout per input")
    for txin, prevout in zip(tx.inputs, prevouts):
        stream.add_input(txin.outpoint, prevout)
    for output in tx.outputs:
        stream.add_output(output)
    return stream.finish()
