"""A bark VTXO: its encoding, its exit transactions, its validation (spec/bark.md 2.2, 2.6, 2.7).

Everything runs item by item over the genesis chain, without recursion.
"""

from arkcore.bark.limits import read_amount, read_delta, read_height, read_output, read_pubkey
from arkcore.bark.policy import Policy
from arkcore.bark.scripts import BarkOutput, dust_limit_sat
from arkcore.bark.transition import Transition
from arkcore.codec import MAX_MONEY_SAT, Reader, compact_size, outpoint
from arkcore.errors import EncodingError, ScriptError, TreeError
from arkcore.nodes import ANCHOR_SCRIPT
from arkcore.tx import Tx, TxIn, TxOut

VERSION = 2
LEGACY_VERSION = 1
MAX_VTXO_BYTES = 4_000_000
MAX_ITEMS = 1000
_TRUC_VERSION = 3
_EXIT_SEQUENCE = 0


class GenesisItem:
    """One exit transaction: `transition` spends the output before, our branch goes on at output
    `vout` among `others` (TxOut); `fee_sat` lies in the anchor."""

    __slots__ = ("transition", "vout", "others", "fee_sat")

    def __init__(
        self, transition: Transition, vout: int, others: "list[TxOut]", fee_sat: int
    ) -> None:
        self.transition = transition
        self.vout = vout
        self.others = others
        self.fee_sat = fee_sat

    @classmethod
    def read(cls, reader: Reader, version: int) -> "GenesisItem":
        """Raises EncodingError `bark-output-index` and those of the parts."""
        transition = Transition.read(reader)
        count, vout = reader.u8(), reader.u8()
        # One past the end is the anchor: the VTXO would be somebody else's to spend.
        if vout >= count:
            raise EncodingError("bark-output-index", "%d of %d" % (vout, count))
        others = [read_output(reader) for _ in range(count - 1)]
        fee_sat = read_amount(reader) if version >= VERSION else 0
        return cls(transition, vout, others, fee_sat)

    def serialize(self) -> bytes:
        parts = [self.transition.serialize(), bytes((len(self.others) + 1, self.vout))]
        parts += [txout.serialize() for txout in self.others]
        return b"".join(parts) + self.fee_sat.to_bytes(8, "little")

    def spent_sat(self) -> int:
        """What leaves our branch in this transaction."""
        return self.fee_sat + sum(txout.amount_sat for txout in self.others)


class ExitTx:
    """An exit transaction with the output (TxOut) that its one input spends."""

    __slots__ = ("tx", "prevout")

    def __init__(self, tx: Tx, prevout: TxOut) -> None:
        self.tx = tx
        self.prevout = prevout


class BarkVtxo:
    """A VTXO of bark: `anchor` and `point` are outpoints (36 bytes), `genesis` the items between
    them; keys 33 bytes, `exit_delta` in blocks."""

    __slots__ = (
        "amount_sat",
        "expiry_height",
        "server_key",
        "exit_delta",
        "anchor",
        "genesis",
        "policy",
        "point",
    )

    def __init__(
        self,
        amount_sat: int,
        expiry_height: int,
        server_key: bytes,
        exit_delta: int,
        anchor: bytes,
        genesis: "list[GenesisItem]",
        policy: Policy,
        point: bytes,
    ) -> None:
        self.amount_sat = amount_sat
        self.expiry_height = expiry_height
        self.server_key = server_key
        self.exit_delta = exit_delta
        self.anchor = anchor
        self.genesis = genesis
        self.policy = policy
        self.point = point

    @property
    def output(self) -> BarkOutput:
        """The output that the policy stands for."""
        return self.policy.output(self.server_key, self.exit_delta)

    def serialize(self) -> bytes:
        """The current encoding (version 2)."""
        head = VERSION.to_bytes(2, "little") + self.amount_sat.to_bytes(8, "little")
        head += self.expiry_height.to_bytes(4, "little") + self.server_key
        head += self.exit_delta.to_bytes(2, "little") + self.anchor
        items = b"".join([item.serialize() for item in self.genesis])
        return head + compact_size(len(self.genesis)) + items + self.policy.serialize() + self.point

    @classmethod
    def parse(cls, data: bytes) -> "BarkVtxo":
        """Decodes versions 1 and 2 as a whole.

        Raises EncodingError `bark-version`, `bark-genesis`, `bark-output-index`, `bark-policy`,
        `bark-transition`, `bark-key`, `bark-range`, `truncated`, `trailing-bytes`, `too-large`.
        """
        if len(data) > MAX_VTXO_BYTES:
            raise EncodingError("too-large", "VTXO")
        reader = Reader(data)
        version = int.from_bytes(reader.take(2), "little")
        if version not in (LEGACY_VERSION, VERSION):
            raise EncodingError("bark-version", "%d" % version)
        amount_sat, expiry_height = read_amount(reader), read_height(reader)
        server_key, exit_delta = read_pubkey(reader), read_delta(reader)
        anchor = reader.take(36)
        count = reader.compact_size(MAX_ITEMS)
        genesis = [GenesisItem.read(reader, version) for _ in range(count)]
        policy = Policy.read(reader)
        point = reader.take(36)
        reader.finish()
        if (point == anchor) != (not genesis):
            raise EncodingError("bark-genesis", "%d items" % count)
        return cls(
            amount_sat, expiry_height, server_key, exit_delta, anchor, genesis, policy, point
        )

    def anchor_output(self) -> TxOut:
        """The output of the funding transaction that item 0 spends. Raises TreeError
        `bark-amount`."""
        total_sat = self.amount_sat
        for item in self.genesis:
            total_sat += item.spent_sat()
        if total_sat > MAX_MONEY_SAT:
            raise TreeError("bark-amount", "%d sat" % total_sat)
        return TxOut(total_sat, self._script_before(0))

    def _script_before(self, index: int) -> bytes:
        """Script of the output that item `index` spends; after the last, the VTXO's own."""
        if index == len(self.genesis):
            return self.output.script
        transition = self.genesis[index].transition
        return transition.input_script(self.server_key, self.expiry_height)

    def exit_txs(self) -> "list[ExitTx]":
        """All exit transactions, parents first, with witnesses where they are complete.

        Raises TreeError `bark-amount`, `bark-point`.
        """
        found, end = self.exit_chain()
        if end != self.point:
            raise TreeError("bark-point", "the chain ends elsewhere")
        return found

    def exit_chain(self) -> "tuple[list[ExitTx], bytes]":
        """The exit transactions, and the outpoint (36 bytes) in which they end."""
        prevout, point = self.anchor_output(), self.anchor
        found = []
        for index, item in enumerate(self.genesis):
            left_sat = prevout.amount_sat - item.spent_sat()
            following = TxOut(left_sat, self._script_before(index + 1))
            outputs = item.others[: item.vout] + [following] + item.others[item.vout :]
            outputs.append(TxOut(item.fee_sat, ANCHOR_SCRIPT))
            stack = item.transition.witness(self.server_key, self.expiry_height)
            tx = Tx(_TRUC_VERSION, [TxIn(point, _EXIT_SEQUENCE, b"", stack)], outputs)
            found.append(ExitTx(tx, prevout))
            point, prevout = outpoint(tx.txid(), item.vout), following
        return found, point

    def check_structure(self, funding: Tx) -> "list[ExitTx]":
        """The exit transactions, once they hang on the right output of `funding`.

        Raises TreeError `bark-anchor`, `bark-amount`, `bark-point`. Whether `funding` is confirmed
        is for the caller to ask.
        """
        vout = int.from_bytes(self.anchor[32:], "little")
        # A source that returns another transaction than asked for would prove nothing.
        if funding.txid() != self.anchor[:32] or vout >= len(funding.outputs):
            raise TreeError("bark-anchor", "not the funding transaction")
        if funding.outputs[vout] != self.anchor_output():
            raise TreeError("bark-anchor", "the output differs")
        return self.exit_txs()

    def validate(self, funding: Tx) -> "list[ExitTx]":
        """As `check_structure`, and every signature holds: the owner can leave with this alone.

        Raises also SigningError `bark-preimage`, `bark-signature`.
        """
        found = self.check_structure(funding)
        for item, step in zip(self.genesis, found):
            item.transition.check_signature(
                step.tx, step.prevout, self.server_key, self.expiry_height
            )
        return found

    def check_standard(self) -> None:
        """Raises ScriptError `bark-standard`: nodes would not relay a transaction of the exit."""
        outputs = [TxOut(self.amount_sat, self.output.script)]
        for item in self.genesis:
            outputs += item.others
        for txout in outputs:
            limit_sat = dust_limit_sat(txout.script)
            if limit_sat is None or txout.amount_sat < limit_sat:
                raise ScriptError("bark-standard", repr(txout))
