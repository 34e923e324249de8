"""The commitment transaction of a batch, judged as it passes (spec/arkade.md 6, invariant I3)."""

from arkcore import delays
from arkcore.branch import Branch
from arkcore.commitment import COMMITMENT_VERSION, CommitmentStream, OwnInput, WantedOutput
from arkcore.errors import TreeError
from arkcore.scripts import sweep_root
from arkcore.tx import SEQUENCE_FINAL, TxOut

from signer import limits
from signer.batch import table
from signer.ledger_records import KIND_BOARDING


def check_expiry(batch_expiry: int, floor: int) -> int:
    """BIP-68 sequence of an announced expiry. Raises TreeError `tree-sweep-range`, `delay-*`.

    After the expiry the operator may sweep the whole tree: too early, and the owner cannot leave
    in time. Blocks and seconds are not compared, since blocks have no length in seconds.
    """
    sequence = delays.from_operator_value(batch_expiry)
    kind, value = delays.decode(sequence)
    floor_kind, floor_value = delays.decode(delays.from_operator_value(floor))
    if kind != floor_kind:
        raise TreeError("tree-sweep-unit", "%s, enrolled %s" % (kind, floor_kind))
    if value < floor_value:
        raise TreeError("tree-sweep-range", "%d %s, at least %d" % (value, kind, floor_value))
    return sequence


def open_batch(device, session, params) -> "tuple[dict, int]":
    for count in (params["input_count"], params["output_count"]):
        if count > limits.MAX_COMMITMENT_ITEMS:
            raise TreeError("commitment-count", "%d" % count)
    if params["version"] != COMMITMENT_VERSION or params["locktime"] != 0:
        # A lock could hold the batch back until the coins given for it have expired.
        raise TreeError("commitment-form", "version or locktime")
    profile = session.profile
    session.inputs_left = params["input_count"]
    session.outputs_left = params["output_count"]
    session.txid = params["txid"]
    session.expiry = params["batch_expiry"]
    session.sequence = check_expiry(session.expiry, profile.min_batch_expiry)
    session.sweep_root = sweep_root(session.sequence, profile.forfeit_xonly)
    intent = session.intent
    session.stream = CommitmentStream(
        params["input_count"],
        params["output_count"],
        [OwnInput(i.outpoint, TxOut(i.amount_sat, i.script)) for i in intent.boarding_inputs()],
        [WantedOutput(TxOut(o.amount_sat, o.script)) for o in intent.onchain_outputs()],
        intent.has_tree(),
        intent.has_forfeits(),
    )
    return {}, table.INPUTS


def feed_inputs(device, session, params) -> "tuple[dict, int]":
    boarding = [i.outpoint for i in session.intent.inputs if i.kind == KIND_BOARDING]
    for item in params["inputs"]:
        point = item["outpoint"]
        if device.ledger.find(point) is not None and point not in boarding:
            # A coin of the ledger that was not offered has no business in this batch.
            raise TreeError("commitment-input", "own coin that was not offered")
        if item["sequence"] != SEQUENCE_FINAL:
            raise TreeError("commitment-form", "input is not final")
        session.stream.add_input(point, _prevout(item, bool(boarding)))
        session.inputs_left -= 1
    return {}, table.INPUTS if session.inputs_left else table.OUTPUTS


def _prevout(item: dict, is_needed: bool) -> "TxOut | None":
    """The output that an input spends. Raises TreeError `commitment-prevout`.

    Only a boarding signature commits to it. Where nothing does, it is refused: what the device
    cannot check it must not seem to have checked.
    """
    amount_sat, script = item.get("amount_sat"), item.get("script")
    if (amount_sat is not None) != is_needed or (script is not None) != is_needed:
        raise TreeError("commitment-prevout", "wanted" if is_needed else "not wanted")
    return TxOut(amount_sat, script) if is_needed else None


def feed_outputs(device, session, params) -> "tuple[dict, int]":
    for item in params["outputs"]:
        session.stream.add_output(TxOut(item["amount_sat"], item["script"]))
        session.outputs_left -= 1
    if session.outputs_left:
        return {}, table.OUTPUTS
    if session.stream.finish() != session.txid:
        # What was shown is not the transaction whose tree is going to be signed.
        raise TreeError("batch-txid")
    device.ledger.check_new_batch(session.txid)
    return {}, _after_commitment(session)


def _after_commitment(session) -> int:
    if session.intent.has_tree():
        session.branch = Branch(
            session.stream.txid,
            session.stream.batch_output,
            session.sweep_root,
            session.cosigner_key,
            session.sequence,
        )
        return table.TREE
    return after_exit_path(session)


def after_exit_path(session) -> int:
    """The state once the owner is sure of everything that the batch owes."""
    return table.EXITABLE if session.intent.has_forfeits() else table.READY
