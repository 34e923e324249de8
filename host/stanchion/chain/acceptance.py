"""Who may enter the mempool: inputs, locks, fees, TRUC (BIP-431), replacement, packages."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from arkcore.codec import outpoint, to_hex_txid
from arkcore.tx import Tx, TxOut
from arkcore.weights import fee_at

from stanchion.chain import policy
from stanchion.chain.index import ChainIndex
from stanchion.chain.mempool import Mempool
from stanchion.chain.port import PackageRejected, TxRejected

# Transaction, outputs that it spends, and the parents that are with it in a package.
ScriptCheck = Callable[[Tx, list[TxOut], Sequence[Tx]], None]


@dataclass(slots=True)
class _Candidate:
    tx: Tx
    txid: bytes
    vsize: int
    fee_sat: int
    prevouts: list[TxOut]
    parents: set[bytes]
    conflicts: set[bytes]


class _Reconsiderable(TxRejected):
    """Refused for its fee alone: a paying child may still carry it."""


class Acceptance:
    """Admits transactions and packages to a mempool. `check_scripts` raises TxRejected."""

    def __init__(self, index: ChainIndex, mempool: Mempool, check_scripts: ScriptCheck) -> None:
        self._index = index
        self._mempool = mempool
        self._check_scripts = check_scripts

    def submit(self, tx: Tx) -> None:
        """Admits one transaction. Raises TxRejected."""
        candidate = self._prepare(tx)
        self._check_truc(candidate)
        policy.check_ephemeral_fee(tx, candidate.fee_sat)
        if candidate.fee_sat < fee_at(policy.MIN_RELAY_SAT_PER_KVB, candidate.vsize):
            raise _Reconsiderable(
                f"min relay fee not met, {candidate.fee_sat} < "
                f"{fee_at(policy.MIN_RELAY_SAT_PER_KVB, candidate.vsize)}"
            )
        replaced = self._replaced(candidate.conflicts)
        self._check_replacement(candidate, replaced)
        self._check_ephemeral_spends(candidate, replaced)
        self._check_scripts(tx, candidate.prevouts, [])
        self._commit([candidate], replaced)

    def readmit(self, tx: Tx) -> None:
        """Admits what a reorg gave back; fee and topology limits do not apply then."""
        candidate = self._prepare(tx)
        if candidate.conflicts:
            raise TxRejected("txn-mempool-conflict")
        self._check_scripts(tx, candidate.prevouts, [])
        self._commit([candidate], set())

    def submit_package(self, parent: Tx, child: Tx) -> None:
        """Admits a parent and the child that pays for it. Raises PackageRejected."""
        txids = (parent.txid(), child.txid())
        if not any(txin.txid == txids[0] for txin in child.inputs):
            results = [(txid, None) for txid in txids]
            raise PackageRejected("package-not-child-with-parents", results)
        try:
            if txids[0] not in self._mempool:
                self.submit(parent)
        except _Reconsiderable:
            self._submit_together(parent, child)
            return
        except TxRejected as error:
            verdicts = [(txids[0], error.reason), (txids[1], self._reason(child))]
            raise PackageRejected("transaction failed", verdicts) from error
        reason = None if txids[1] in self._mempool else self._reason(child)
        if reason is not None:
            raise PackageRejected("transaction failed", [(txids[0], None), (txids[1], reason)])

    def _reason(self, tx: Tx) -> str | None:
        try:
            self.submit(tx)
        except TxRejected as error:
            return error.reason
        return None

    def _submit_together(self, parent: Tx, child: Tx) -> None:
        culprit = 0
        try:
            first = self._prepare(parent)
            policy.check_ephemeral_fee(parent, first.fee_sat)
            culprit = 1
            second = self._prepare(child, first)
            self._check_package(first, second)
            replaced = self._replaced(first.conflicts | second.conflicts)
            self._check_package_replacement(first, second, replaced)
            culprit = 0
            self._check_scripts(parent, first.prevouts, [])
            culprit = 1
            self._check_scripts(child, second.prevouts, [parent])
        except TxRejected as error:
            results: list[tuple[bytes, str | None]] = [(parent.txid(), None), (child.txid(), None)]
            results[culprit] = (results[culprit][0], error.reason)
            raise PackageRejected("transaction failed", results) from error
        self._commit([first, second], replaced)

    def _prepare(self, tx: Tx, parent: _Candidate | None = None) -> _Candidate:
        """Form, inputs, locks and fee of a transaction, before any limit that others can lift."""
        policy.check_standard(tx)
        txid = tx.txid()
        if txid in self._mempool:
            raise TxRejected("txn-already-in-mempool")
        if any(self._index.coin(outpoint(txid, vout)) for vout in range(len(tx.outputs))):
            raise TxRejected("txn-already-known")
        prevouts, parents, conflicts = self._look_up_inputs(tx, parent)
        tip = self._index.height
        policy.check_final(tx, tip + 1, self._index.median_time(tip))
        if tx.version >= 2:
            self._check_sequence_locks(tx)
        fee_sat = sum(prevout.amount_sat for prevout in prevouts)
        fee_sat -= sum(txout.amount_sat for txout in tx.outputs)
        if fee_sat < 0:
            raise TxRejected("bad-txns-in-belowout")
        policy.check_witnesses(tx, prevouts)
        if conflicts & self._mempool.ancestors_of(parents - {parent.txid if parent else b""}):
            raise TxRejected("bad-txns-spends-conflicting-tx")
        return _Candidate(tx, txid, tx.vsize(), fee_sat, prevouts, parents, conflicts)

    def _look_up_inputs(
        self, tx: Tx, parent: _Candidate | None
    ) -> tuple[list[TxOut], set[bytes], set[bytes]]:
        prevouts, parents, conflicts = [], set(), set()
        for txin in tx.inputs:
            prevout: TxOut | None
            if parent is not None and txin.txid == parent.txid:
                inside = txin.vout < len(parent.tx.outputs)
                prevout = parent.tx.outputs[txin.vout] if inside else None
                parents.add(parent.txid)
            elif txin.txid in self._mempool:
                prevout = self._mempool.output(txin.outpoint)
                parents.add(txin.txid)
            else:
                prevout = self._confirmed_output(txin.outpoint)
            if prevout is None:
                raise TxRejected("bad-txns-inputs-missingorspent")
            rival = self._mempool.spender(txin.outpoint)
            if rival is not None:
                conflicts.add(rival)
            prevouts.append(prevout)
        return prevouts, parents, conflicts

    def _confirmed_output(self, point: bytes) -> TxOut | None:
        coin = self._index.coin(point)
        if coin is None:
            return None
        if not self._index.is_mature(coin):
            raise TxRejected("bad-txns-premature-spend-of-coinbase")
        return coin.txout

    def _check_sequence_locks(self, tx: Tx) -> None:
        tip = self._index.height
        median = self._index.median_time(tip)
        for txin in tx.inputs:
            coin = self._index.coin(txin.outpoint)
            height = tip + 1 if coin is None else coin.height
            coin_median = self._index.median_time(max(height - 1, 0))
            policy.check_sequence_lock(txin, height, coin_median, tip + 1, median)

    def _check_truc(self, candidate: _Candidate) -> None:
        """Single-transaction rules; a lone sibling of a new child becomes a conflict (eviction)."""
        name = to_hex_txid(candidate.txid)
        truc = candidate.tx.version == policy.TRUC_VERSION
        for parent in candidate.parents:
            entry = self._mempool.get(parent)
            if entry is not None and (entry.tx.version == policy.TRUC_VERSION) != truc:
                kinds = ("version=3", "non-version=3") if truc else ("non-version=3", "version=3")
                raise policy.truc_violation(
                    f"{kinds[0]} tx {name} cannot spend from {kinds[1]} tx {to_hex_txid(parent)}"
                )
        above = self._mempool.ancestors_of(candidate.parents)
        if not truc:
            if len(above) + 1 > policy.MAX_CLUSTER_TXS:
                raise TxRejected("too-long-mempool-chain")
            return
        if candidate.vsize > policy.TRUC_MAX_VSIZE:
            raise policy.truc_violation(f"version=3 tx {name} is too big: {candidate.vsize}")
        if len(above) > 1:
            raise policy.truc_violation(f"tx {name} would have too many ancestors")
        if above:
            self._check_truc_child(candidate.vsize, name)
        for parent in candidate.parents:
            self._make_room_for_child(candidate, parent)

    def _make_room_for_child(self, candidate: _Candidate, parent: bytes) -> None:
        """A version 3 parent has one descendant; a lone one makes room if it is outbid."""
        entry = self._mempool.get(parent)
        if entry is None or entry.children & candidate.conflicts:
            return
        siblings = self._mempool.descendants(parent)
        if len(siblings) > 1:
            raise policy.truc_violation(
                f"tx {to_hex_txid(parent)} would exceed descendant count limit"
            )
        candidate.conflicts |= siblings

    def _check_truc_child(self, vsize: int, name: str) -> None:
        if vsize > policy.TRUC_CHILD_MAX_VSIZE:
            raise policy.truc_violation(
                f"version=3 child tx {name} is too big: "
                f"{vsize} > {policy.TRUC_CHILD_MAX_VSIZE} virtual bytes"
            )

    def _check_package(self, parent: _Candidate, child: _Candidate) -> None:
        name = to_hex_txid(child.txid)
        truc = parent.tx.version == policy.TRUC_VERSION
        if truc != (child.tx.version == policy.TRUC_VERSION):
            raise policy.truc_violation(f"tx {name} and its parent differ in version 3")
        if truc:
            if parent.parents or child.parents != {parent.txid}:
                raise policy.truc_violation(f"tx {name} would have too many ancestors")
            self._check_truc_child(child.vsize, name)
        elif parent.fee_sat < fee_at(policy.MIN_RELAY_SAT_PER_KVB, parent.vsize):
            raise TxRejected("min relay fee not met")
        fee_sat, vsize = parent.fee_sat + child.fee_sat, parent.vsize + child.vsize
        if fee_sat < fee_at(policy.MIN_RELAY_SAT_PER_KVB, vsize):
            raise TxRejected(f"min relay fee not met, {fee_sat} sat for a package of {vsize} vB")
        spent = {txin.outpoint for txin in child.tx.inputs}
        for vout in policy.dust_outputs(parent.tx):
            if outpoint(parent.txid, vout) not in spent:
                raise TxRejected(f"missing-ephemeral-spends, tx {name}")

    def _check_ephemeral_spends(self, candidate: _Candidate, replaced: set[bytes]) -> None:
        spent = {txin.outpoint for txin in candidate.tx.inputs}
        for parent in candidate.parents:
            entry = self._mempool.get(parent)
            dust = [] if entry is None else policy.dust_outputs(entry.tx)
            for vout in dust:
                if outpoint(parent, vout) not in spent:
                    raise TxRejected(f"missing-ephemeral-spends, tx {to_hex_txid(candidate.txid)}")

    def _replaced(self, conflicts: set[bytes]) -> set[bytes]:
        doomed = set(conflicts)
        for txid in conflicts:
            doomed |= self._mempool.descendants(txid)
        return doomed

    def _check_replacement(self, candidate: _Candidate, replaced: set[bytes]) -> None:
        """BIP-125 rules 3 to 6 as Core applies them (every transaction may be replaced)."""
        name = to_hex_txid(candidate.txid)
        for txid in candidate.conflicts:
            rival = self._mempool.get(txid)
            if rival is None:
                continue
            if candidate.fee_sat * rival.vsize <= rival.fee_sat * candidate.vsize:
                raise _Reconsiderable(
                    f"insufficient fee, rejecting replacement {name}; new feerate "
                    f"{candidate.fee_sat * 1000 // candidate.vsize} <= old feerate "
                    f"{rival.fee_sat * 1000 // rival.vsize}"
                )
        self._check_replacement_fees(candidate.fee_sat, candidate.vsize, replaced, name)

    def _check_replacement_fees(
        self, fee_sat: int, vsize: int, replaced: set[bytes], name: str
    ) -> None:
        if not replaced:
            return
        if len(replaced) > policy.MAX_REPLACED_TXS:
            raise TxRejected(f"too many potential replacements, rejecting replacement {name}")
        entries = [entry for txid in replaced if (entry := self._mempool.get(txid)) is not None]
        old_sat = sum(entry.fee_sat for entry in entries)
        more_sat = fee_at(policy.INCREMENTAL_SAT_PER_KVB, vsize)
        if fee_sat < old_sat:
            raise _Reconsiderable(
                f"insufficient fee, rejecting replacement {name}, "
                f"less fees than conflicting txs; {fee_sat} < {old_sat}"
            )
        if fee_sat - old_sat < more_sat:
            raise _Reconsiderable(
                f"insufficient fee, rejecting replacement {name}, "
                f"not enough additional fees to relay; {fee_sat - old_sat} < {more_sat}"
            )

    def _check_package_replacement(
        self, parent: _Candidate, child: _Candidate, replaced: set[bytes]
    ) -> None:
        if not replaced:
            return
        if parent.parents or child.parents != {parent.txid}:
            raise TxRejected("package RBF failed: new transaction cannot have mempool ancestors")
        name = to_hex_txid(child.txid)
        fee_sat, vsize = parent.fee_sat + child.fee_sat, parent.vsize + child.vsize
        self._check_replacement_fees(fee_sat, vsize, replaced, name)
        if fee_sat * parent.vsize <= parent.fee_sat * vsize:
            raise TxRejected("package RBF failed: package feerate is less than parent feerate")

    def _commit(self, candidates: list[_Candidate], replaced: set[bytes]) -> None:
        for txid in replaced:
            if txid in self._mempool:
                self._mempool.remove_with_descendants(txid)
        for candidate in candidates:
            self._mempool.add(candidate.tx, candidate.txid, candidate.fee_sat)
