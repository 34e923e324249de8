"""One attack against a whole device over its serial line: what it may emit, what must not change.

`Lab` holds a wallet with the tests' operator and two live VTXOs. A test changes one fact of a run
that would pass otherwise and hands the rest to `refuses` or `refuses_refresh`, which demand the
tag, that nothing was signed beyond what the moment allows, that the ledger is as before, that the
session and its nonces are gone, and that an honest refresh passes afterwards.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cbor2
from stanchion.device.client import DeviceClient
from stanchion.device.errors import DeviceRefused
from stanchion.device.link import DeviceLink
from stanchion.emulator import Emulator, Presser
from wire import cbor, frame, terms
from wire.methods import method_by_name
from wire.schema import to_wire

from tests.batch.frauds import INPUT_SAT, OPENED, OUTPUT_SAT, SIGNED, Fraud, spoiled_refresh
from tests.batch.operator import enrolment
from tests.batch.owner import (
    EXPIRE_AT,
    VALID_AT,
    Run,
    boarding_input,
    ledger_of,
    live,
    own_vtxo,
    vtxo_input,
)
from tests.batch.refusal import tag_of
from tests.device.bare import HELLO, reply
from tests.device.owner import WORDS, restore

# What may have left the device when it refuses: a proof of ownership is good for nothing but
# itself, partial signatures bind a tree that the device has found to be its owner's.
PROOF = ("open_intent",)
NONCES = (*PROOF, "get_nonces")
TREE = (*NONCES, "sign_tree")
EMITTING = (
    *TREE,
    "sign_intent_deletion",
    "sign_forfeit",
    "sign_boarding",
    "sign_cpfp",
    "sign_claim",
)


@dataclass(frozen=True)
class Row:
    """A row of the attack table.

    `by`: C co-signing operator and host together, O operator, H host, H2 another host program,
    S sender, T thief. `tag` is what the device answers, HARMLESS where an attempt is answered and
    gains nothing; `policy` is the name of the rule in the threat table.
    """

    number: int
    by: str
    attempt: str
    policy: str
    tag: str


HARMLESS = "harmless"
# The number of a field that no request has.
NO_FIELD = 99


class Lab:
    """A device that is attacked; `call` is a request by name, and notes what was emitted."""

    def __init__(self, machine: Emulator, snapshot: Path) -> None:
        self.machine = machine
        self.client = DeviceClient(machine.port)
        self.emitted: list[str] = []
        self._snapshot = snapshot

    # -- the device and its owner

    def call(self, name: str, /, **params: Any) -> dict[str, Any]:
        result = self.client.call(name, **params)
        if name in EMITTING:
            self.emitted.append(name)
        return result

    def prepare(self) -> None:
        """A restored wallet, the operator, two live VTXOs; kept as the flash to come back to."""
        self.client.connect()
        restore(self.machine, self.client, WORDS)
        with self.owner():
            self.call("enroll_operator", **enrolment())
        coin = boarding_input("first", 2 * INPUT_SAT + 500)
        Run(self, [coin], [own_vtxo(INPUT_SAT, 1), own_vtxo(INPUT_SAT, 2)]).all()
        self.machine.kill()
        shutil.copy(self.machine.flash_path, self._snapshot)
        self.start()

    def start(self) -> None:
        self.machine.start()
        self.client.connect()

    def reset(self) -> None:
        """Back to the two live VTXOs."""
        self.machine.kill()
        shutil.copy(self._snapshot, self.machine.flash_path)
        self.start()

    def is_spoiled(self) -> bool:
        """Whether a test has left anything but two live VTXOs under the first operator."""
        states = [one["state"] for one in ledger_of(self)]
        settled = all(one in (terms.VTXO_LIVE, terms.VTXO_FORFEITED) for one in states)
        terms_kept = {**self.call("get_operator"), "operator_id": b""}
        is_pinned = terms_kept == {**enrolment(), "operator_id": b""}
        return not settled or states.count(terms.VTXO_LIVE) != 2 or not is_pinned

    def owner(self, *rules: tuple[str, str]) -> Presser:
        """Somebody who answers what the screen asks; without rules, yes to everything."""
        return Presser(self.machine, list(rules) or None)

    # -- runs

    def coins(self) -> list[dict[str, Any]]:
        """Both live VTXOs as inputs of an intent."""
        return [vtxo_input(one) for one in live(self)]

    def refresh(self) -> Run:
        """An honest refresh of the two oldest live VTXOs into as many equal ones."""
        coins = self.coins()[:2]
        left_sat = min(one["amount_sat"] for one in coins) - 1
        return Run(self, coins, [own_vtxo(left_sat, 3) for _ in coins])

    def board(self, name: str, amount_sat: int = INPUT_SAT) -> Run:
        """An honest boarding of a new coin."""
        return Run(self, [boarding_input(name, amount_sat + 500)], [own_vtxo(amount_sat, 4)])

    def open_intent(self, **changes: Any) -> dict[str, Any]:
        """An intent over both VTXOs that returns all but the fee."""
        params = {
            "inputs": self.coins(),
            "outputs": [own_vtxo(2 * OUTPUT_SAT, 3)],
            "valid_at": VALID_AT,
            "expire_at": EXPIRE_AT,
        }
        return self.call("open_intent", **{**params, **changes})

    # -- judgement

    def refuses(
        self,
        row: Row,
        action: Callable[[], Any],
        emits: tuple[str, ...] = (),
        run: Run | None = None,
        keeps_session: bool = False,
    ) -> None:
        """`action` is refused as the row says, with nothing but `emits` having left the device.

        Of `run` no session is left, nonces and all. A command that is out of turn changes
        nothing, not even the session (`keeps_session`).
        """
        self.judge(row, action, emits, run, keeps_session)
        self.assert_works()

    def judge(
        self,
        row: Row,
        action: Callable[[], Any],
        emits: tuple[str, ...] = (),
        run: Run | None = None,
        keeps_session: bool = False,
    ) -> None:
        """`refuses` without the honest run behind it."""
        before = ledger_of(self)
        self.emitted.clear()
        found = tag_of(action, DeviceRefused)
        assert found == row.tag, f"row {row.number} refused with {found!r}"
        assert set(self.emitted) <= set(emits), f"{self.emitted} left the device"
        assert ledger_of(self) == before, "a refusal changes nothing"
        state = self.call("get_status")["session_state"]
        assert (state != terms.SESSION_NONE) == keeps_session
        if not keeps_session:
            session = run.session if run else 0
            asked = tag_of(lambda: self.call("get_nonces", session=session), DeviceRefused)
            assert asked == "session-unknown", "no nonce outlives its session"

    def refuses_refresh(
        self,
        row: Row,
        change: Callable[[Run], Any],
        emits: tuple[str, ...] = PROOF,
        when: str = OPENED,
        **options: Any,
    ) -> None:
        """A refresh of both VTXOs into two equal ones, with one fact changed, is refused."""
        run = Run(self, self.coins(), [own_vtxo(OUTPUT_SAT, 3), own_vtxo(OUTPUT_SAT, 3)])
        fraud = Fraud(row.attempt, row.tag, change, when, options)
        if when == SIGNED:
            emits = TREE
        self.refuses(row, lambda: spoiled_refresh(run, fraud), emits, run)
        assert run.given == [], "nothing of value left the device"

    def assert_works(self) -> None:
        """What is honest passes: the session at work is given up, the VTXOs are refreshed."""
        status = self.call("get_status")
        if "session" in status:
            self.call("abort_batch", session=status["session"])
        if live(self):
            assert self.refresh().all()

    # -- bytes that no well-behaved host would send

    @contextmanager
    def bare_link(self) -> Iterator[DeviceLink]:
        """The line without the client, greeted with request 1; connects the client again."""
        self.client.close()
        link = DeviceLink(self.machine.port)
        link.open()
        try:
            assert 1 in reply(link, link.send(frame.REQUEST, request(1, "hello", HELLO)))
            yield link
        finally:
            link.close()
            self.client.connect()

    def refuses_bytes(self, row: Row, body: bytes) -> None:
        """A request of these bytes is refused as the row says."""
        before = ledger_of(self)
        with self.bare_link() as link:
            message = reply(link, link.send(frame.REQUEST, body))
        assert 1 not in message and message[2][1] == row.tag, message
        assert ledger_of(self) == before
        self.assert_works()

    def refuses_field(
        self, row: Row, name: str, params: dict[str, Any], key: int, value: Any
    ) -> None:
        """The request `name` is refused once the field with this number has this value."""
        method = method_by_name(name)
        fields = to_wire(method.params, params)
        assert isinstance(fields, dict)
        self.refuses_bytes(row, cbor2.dumps({0: 2, 1: method.code, 2: {**fields, key: value}},
                                            canonical=True))  # fmt: skip


def request(number: int, name: str, params: dict[str, Any]) -> bytes:
    """Body of a right request."""
    method = method_by_name(name)
    encoded: bytes = cbor.encode({0: number, 1: method.code, 2: to_wire(method.params, params)})
    return encoded


def attack_modules() -> list[Path]:
    """The files of this folder that hold a row, in the order of their numbers."""
    return sorted(Path(__file__).parent.glob("test_[0-9]*_*.py"))
