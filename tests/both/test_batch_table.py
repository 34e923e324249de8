"""The batch session moves only as its table says, over every pair of state and command (I1, I8).

The walk drives the machine itself. What each check demands is tested in `tests/batch`; here checks
are stood in for by functions that lead to each state in turn.
"""

from arkcore.errors import TreeError
from signer.batch import machine, table
from signer.batch.intent import Intent
from signer.batch.session import BatchSession

from tests.both.helpers import refusal

STATES = range(len(table.STATE_NAMES))


class Bench:
    """As much of a device as the machine touches: it holds a session."""

    def __init__(self, state: int) -> None:
        self.batch = None
        if state != table.IDLE:
            self.batch = BatchSession(7, None, Intent([], [], 0, 0))
            self.batch.state = state
            self.batch.cosigner_secret = bytearray(b"\x05" * 32)

    def require_operator(self) -> None:
        return None

    def drop_stale_batch(self) -> None:
        return None

    def drop_batch(self) -> None:
        if self.batch is not None:
            self.batch.wipe()
        self.batch = None


def run(device: Bench, command: str, session: int = 7):  # type: ignore[no-untyped-def]
    return machine.run(device, command, {"session": session})


def with_check(name: str, check, action) -> None:  # type: ignore[no-untyped-def]
    """`action()` while `check` stands in the place of the check `name`."""
    real = machine.CHECKS[name]
    machine.CHECKS[name] = check
    try:
        action()
    finally:
        machine.CHECKS[name] = real


def leads_to(state: int):  # type: ignore[no-untyped-def]
    def check(device, session, params):  # type: ignore[no-untyped-def]
        if session is None:
            device.batch = BatchSession(7, None, Intent([], [], 0, 0))
        return {}, state

    return check


def fails(device, session, params):  # type: ignore[no-untyped-def]
    raise TreeError("tree-conserve")


def test_every_pair_outside_the_table_is_refused_and_changes_nothing() -> None:
    walked = 0
    for state in STATES:
        for command in table.COMMANDS:
            if (state, command) in table.TABLE:
                continue
            device = Bench(state)
            session = device.batch
            tag = table.REFUSALS.get((state, command), "state-wrong")
            if session is None:
                tag = "session-unknown"
            assert refusal(run, device, command) == tag, (state, command)
            assert device.batch is session
            if session is not None:
                assert session.state == state and any(session.cosigner_secret)
            walked += 1
    assert walked + len(table.TABLE) == len(STATES) * len(table.COMMANDS)


def test_every_pair_of_the_table_leads_where_it_says() -> None:
    for (state, command), (name, allowed) in table.TABLE.items():
        for after in allowed:
            device = Bench(state)
            with_check(name, leads_to(after), lambda d=device, c=command: run(d, c))
            found = table.IDLE if device.batch is None else device.batch.state
            assert found == after, (state, command)


def test_a_check_that_leads_anywhere_else_ends_the_session() -> None:
    for (state, command), (name, allowed) in table.TABLE.items():
        for after in STATES:
            if after in allowed:
                continue
            device = Bench(state)

            def action(device=device, command=command) -> None:  # type: ignore[no-untyped-def]
                assert refusal(run, device, command) == "state-wrong"

            with_check(name, leads_to(after), action)
            assert device.batch is None, (state, command, after)


def test_a_check_that_fails_ends_the_session_and_wipes_its_key() -> None:
    for (state, command), (name, _) in table.TABLE.items():
        device = Bench(state)
        secret = device.batch.cosigner_secret if device.batch is not None else b""

        def action(device=device, command=command) -> None:  # type: ignore[no-untyped-def]
            assert refusal(run, device, command) == "tree-conserve"

        with_check(name, fails, action)
        assert device.batch is None and not any(secret), (state, command)


def test_another_session_number_is_refused_in_every_state() -> None:
    for state in STATES:
        for command in table.COMMANDS:
            device = Bench(state)
            session = device.batch
            if command != "open_intent":
                assert refusal(run, device, command, 8) == "session-unknown"
                assert device.batch is session


def test_every_check_of_the_table_exists_and_every_state_can_be_reached_and_left() -> None:
    names = [name for name, _ in table.TABLE.values()]
    assert sorted(set(names)) == sorted(machine.CHECKS)
    reached = [after for _, allowed in table.TABLE.values() for after in allowed]
    for state in STATES:
        assert state in reached
        assert any(before == state for before, _ in table.TABLE)


def test_value_leaves_only_behind_the_exit_path_and_the_connectors() -> None:
    for (state, command), _ in table.TABLE.items():
        if command in ("sign_forfeit", "sign_boarding"):
            assert state in (table.READY, table.SIGNED)
    for (state, _), (name, allowed) in table.TABLE.items():
        if table.EXITABLE in allowed and state != table.EXITABLE:
            assert name in ("tree_signatures", "commitment_outputs")


def test_nothing_can_be_aborted_once_value_has_left() -> None:
    assert (table.SIGNED, "abort_batch") not in table.TABLE
    for state in STATES:
        if state not in (table.IDLE, table.SIGNED):
            assert (state, "abort_batch") in table.TABLE
