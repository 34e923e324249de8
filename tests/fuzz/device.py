"""Any request in any state of a batch, any bytes as a request, any damage to the journal.

Invariants I1, I5, I8, I9: the answer is a typed one; value leaves only behind a signed branch; the
ledger is what the flash says, and a damaged flash is noticed or loses its last record alone.
"""

from collections.abc import Callable
from typing import Any

from arkcore.errors import ArkError
from arkcore.tags import TAGS as ARK_TAGS
from signer import dispatch
from wire import cbor, terms
from wire.errors import StorageError, WireError
from wire.methods import HELLO_CODE, METHODS
from wire.sentences import TAGS as WIRE_TAGS
from wire.session import DeviceSession, Runner

from tests.batch.frauds import STRANGER
from tests.batch.local import LocalDevice
from tests.batch.operator import enrolment, public
from tests.batch.owner import Run, boarding_input, ledger_of, live, own_vtxo, vtxo_input
from tests.both.device_parts import MemoryStorage, open_ledger
from tests.fuzz.chooser import Chooser

_KNOWN = {tag for tag, _ in ARK_TAGS + WIRE_TAGS} - {"internal"}
_GREETING = {
    "firmware": "fuzz",
    "board": "none",
    "build": bytes(32),
    "limits": {"frame_body": 4096, "inputs": 16, "outputs": 16, "cosigners": 256, "depth": 12},
    "features": 0,
    "state": terms.STATE_READY,
    "boot_id": bytes(8),
}
_VALUE = ("sign_forfeit", "sign_boarding")
_REQUESTS = 6
_FUZZED = [
    method for method in METHODS if terms.STATE_READY in method.states and method.code != HELLO_CODE
]
_STEPS = ("open", "announce", "feed_commitment", "feed_branch", "sign_tree", "feed_signatures",
          "connect", "give")  # fmt: skip
_CONNECTED = _STEPS.index("connect")


class World(Runner):
    """One local device with two live VTXOs, set back before each input."""

    def __init__(self) -> None:
        self.device = LocalDevice()
        coin = boarding_input("first", 40_500)
        Run(self.device, [coin], [own_vtxo(20_000, 1), own_vtxo(20_000, 2)]).all()
        assert isinstance(self.device.storage, MemoryStorage)
        self._files = dict(self.device.storage.files)

    def reset(self) -> LocalDevice:
        self.device.storage.files = dict(self._files)
        self.device.board.answers.clear()
        self.device.board.drawn.clear()
        self.device.restart()
        return self.device

    def device_state(self) -> int:
        return terms.STATE_READY

    def run(self, name: str, params: dict[object, object]) -> dict[object, object]:
        # The handler names bundle and board, and here there is neither.
        if name == "hello":
            return dict(_GREETING)
        result: dict[object, object] = dispatch.run(self.device.device, name, params)
        return result


_worlds: list[World] = []


def _world() -> World:
    if not _worlds:
        _worlds.append(World())
    return _worlds[0]


def handlers(data: bytes) -> None:
    """An honest refresh up to some step, then requests that are made up."""
    device = _world().reset()
    run = Run(device, [vtxo_input(one) for one in live(device)], [own_vtxo(39_000, 3)])
    choose = Chooser(data, [])
    steps = choose.number(len(_STEPS) + 1)
    for step in _STEPS[:steps]:
        getattr(run, step)()
    choose._pool = _pool(device, run)
    given = steps > _CONNECTED
    for _ in range(_REQUESTS):
        if choose.is_used_up:
            break
        method = _FUZZED[choose.number(len(_FUZZED))]
        params = choose.fields(method.params)
        if "session" in params and choose.number(4):
            params["session"] = run.session
        if choose.number(2):
            device.answer("yes")
        try:
            device.call(method.name, **params)
        except ArkError as error:
            assert error.tag in _KNOWN, error.tag
        else:
            assert given or method.name not in _VALUE, "value left without connectors"
    before = ledger_of(device)
    device.board.answers.clear()
    device.restart()
    assert ledger_of(device) == before


def _pool(device: LocalDevice, run: Run) -> list[bytes]:
    known = [one["outpoint"] for one in ledger_of(device)]
    known += [STRANGER, public("forfeit"), public("signer"), public("forfeit")[1:], bytes(32)]
    known += [enrolment()["forfeit_script"], *run.nonces, *run.tree_signatures, *run.partials]
    if run.session:
        known.append(run.batch.commitment.txid())
        known += [one.script for one in run.batch.commitment.outputs]
        known += [one.outpoint for one in run.batch.commitment.inputs]
    return known


def requests(data: bytes) -> None:
    """Bytes as the body of a request: one typed reply, and the next right request works."""
    world = _world()
    world.reset()
    session = DeviceSession(world)
    greeting = {0: 1, 1: HELLO_CODE, 2: {0: 1, 1: 1, 2: "fuzz"}}
    assert 1 in _reply(session, cbor.encode(greeting))
    answer = _reply(session, data)
    if 2 in answer:
        assert answer[2][1] in _KNOWN, answer
    number = session.last_id + 1
    if number <= 0xFFFFFFFF:
        assert 1 in _reply(session, cbor.encode({0: number, 1: 2, 2: {}}))


def _reply(session: DeviceSession, body: bytes) -> dict[int, Any]:
    message = cbor.decode(session.handle(body))
    assert isinstance(message, dict)
    return message


def journals(data: bytes) -> None:
    """A journal with bytes changed, cut off or added, as `data` says."""
    world = _world()
    world.reset()
    storage = MemoryStorage()
    ledger = open_ledger(storage)
    states = [list(ledger.snapshot())]
    for _ in range(3):
        for _ in range(64):
            ledger.next_session()
        states.append(list(ledger.snapshot()))
    name = next(iter(storage.files))
    content = bytearray(storage.files[name])
    choose = Chooser(data, [])
    while not choose.is_used_up:
        place = (choose.number(256) * 256 + choose.number(256)) % (len(content) + 1)
        how = choose.number(3)
        if how == 0 and place < len(content):
            content[place] ^= choose.number(256)
        elif how == 1:
            del content[place:]
        else:
            content += bytes((choose.number(256),)) * choose.number(64)
    storage.files[name] = bytes(content)
    try:
        found = list(open_ledger(storage).snapshot()) if content else states[0]
    except (StorageError, WireError) as error:
        assert error.tag == "journal-forged"
        return
    assert found in states, "a state that never was"


TARGETS: dict[str, Callable[[bytes], None]] = {
    "handlers": handlers,
    "requests": requests,
    "journals": journals,
}
