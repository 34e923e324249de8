"""One turned byte in any message of a batch, and nothing of value leaves the device (I1, I3, I8).

The messages are those of an honest batch over the real serial line; in each run one value of one
message is changed before it is encoded, so that frame and CBOR are sound and only meaning is false.
Whatever the device cannot know (an aggregate nonce, the window of an intent, which own key is to
get the coin, in Ark or on chain) makes its signature worthless to the operator instead; the batch
fails all the same.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from stanchion.bundle import ensure_bundle
from stanchion.chain.embedded import EmbeddedChain
from stanchion.demo.signatures import SignatureLog
from stanchion.device.client import DeviceClient
from stanchion.device.commands import Commands
from stanchion.emulator import Emulator, Presser
from stanchion.operator.sandbox import Participant, Sandbox, SandboxStalled, enrolment, own_vtxo
from stanchion.rounds.driver import BatchAbandoned, BatchDriver
from stanchion.signers.device import DeviceSigner
from stanchion.signers.facts import VtxoState
from wire.terms import NETWORK_REGTEST

AMOUNT_SAT = 50_000
_GRUDGE_SECONDS = 400
BATCH_METHODS = (
    "open_intent",
    "open_batch",
    "feed_commitment_inputs",
    "feed_commitment_outputs",
    "feed_cosigners",
    "feed_node",
    "get_nonces",
    "sign_tree",
    "feed_tree_signatures",
    "feed_connector",
    "sign_forfeit",
)
Path = tuple[Any, ...]


def leaves(value: Any, path: Path = ()) -> Iterator[Path]:
    """Paths to every value inside `value` that is not a container."""
    if isinstance(value, dict):
        for key in value:
            yield from leaves(value[key], (*path, key))
    elif isinstance(value, list):
        for position, item in enumerate(value):
            yield from leaves(item, (*path, position))
    else:
        yield path


def turned(value: Any, path: Path) -> Any:
    """A copy of `value` with one byte changed in what lies at `path`."""
    if path:
        copy = dict(value) if isinstance(value, dict) else list(value)
        copy[path[0]] = turned(value[path[0]], path[1:])
        return copy
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value ^ 1
    middle = len(value) // 2
    return value[:middle] + bytes((value[middle] ^ 1,)) + value[middle + 1 :]


class TurningCommands(Commands):
    """Passes commands on; turns one byte of the n-th message of a batch, or none."""

    def __init__(self, device: Commands) -> None:
        self.device = device
        self.messages: list[tuple[str, dict[str, Any]]] = []
        self.target: tuple[int, Path] | None = None

    def begin(self, target: tuple[int, Path] | None) -> None:
        self.messages = []
        self.target = target

    def call(self, name: str, /, **params: Any) -> dict[str, Any]:
        if name in BATCH_METHODS:
            self.messages.append((name, params))
            if self.target is not None and self.target[0] == len(self.messages) - 1:
                params = turned(params, self.target[1])
        return self.device.call(name, **params)


class Bench:
    """A device with one live VTXO, an operator, and another participant."""

    def __init__(self, sandbox: Sandbox, commands: TurningCommands, log: SignatureLog) -> None:
        self.sandbox = sandbox
        self.commands = commands
        self.log = log
        self.owner: Participant = sandbox.add(DeviceSigner(commands))

    def begin(self) -> BatchDriver:
        [coin] = self.owner.live_coins()
        return self.owner.join([coin], [own_vtxo(coin.amount_sat, coin.index)])

    def forget_last_batch(self) -> None:
        """Lets the operator's unfinished batch time out, and its grudge against the owner."""
        self.sandbox.time += _GRUDGE_SECONDS
        while self.sandbox.operator.advance():
            continue

    def attempt(self, target: tuple[int, Path]) -> str:
        """Runs a batch with one byte turned; who ended it and with which tag."""
        self.forget_last_batch()
        self.commands.begin(target)
        try:
            failures = self.sandbox.run([self.begin()])
        except BatchAbandoned as failure:
            failures = [failure]
        except SandboxStalled:
            return "operator waits in vain"
        assert failures, f"the batch went through with {target} turned"
        reached = len(self.commands.messages) > target[0]
        assert reached, f"the turned message was never sent: {failures[0]}"
        return f"{failures[0].by}: {failures[0].tag}"


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    flash = tmp_path_factory.mktemp("device") / "flash"
    with (
        EmbeddedChain() as chain,
        Emulator(ensure_bundle("emulator"), flash) as emulator,
        DeviceClient(emulator.port) as client,
    ):
        log = SignatureLog(client)
        bench = Bench(Sandbox(chain), TurningCommands(log), log)
        with Presser(emulator):
            client.create_wallet(network=NETWORK_REGTEST, word_count=12, entropy=bytes(32))
            operator = enrolment(bench.sandbox.operator.info(), "test")
            bench.owner.signer.enroll_operator(operator)
        assert bench.sandbox.run([bench.owner.board(AMOUNT_SAT)]) == []
        bench.sandbox.mine()
        yield bench


def record(bench: Bench) -> list[tuple[str, dict[str, Any]]]:
    """The messages of an honest batch, which also leaves one live VTXO."""
    bench.commands.begin(None)
    assert bench.sandbox.run([bench.begin()]) == []
    bench.sandbox.mine()
    return list(bench.commands.messages)


def refused(how: str) -> bool:
    """By the device, or by the bounds of the method table before anything was sent."""
    return how.startswith(("signer: ", "driver: param-"))


def test_a_turned_byte_in_each_message_of_the_batch_ends_it_without_a_forfeit(
    bench: Bench,
) -> None:
    messages = record(bench)
    assert {name for name, _ in messages} == set(BATCH_METHODS)
    before = bench.owner.signer.list_vtxos()
    forfeits = bench.log.count_of("sign_forfeit")
    outcomes = {}
    for number, (name, params) in enumerate(messages):
        for path in leaves(params):
            outcomes[number, name, path] = bench.attempt((number, path))
            assert bench.log.count_of("sign_forfeit") == forfeits, (name, path)
            assert bench.owner.signer.list_vtxos() == before, (name, path)
    others = {key[1:]: how for key, how in outcomes.items() if not refused(how)}
    assert {(name, path[0], path[-1]) for name, path in others} <= {
        ("open_intent", "valid_at", "valid_at"),
        ("open_intent", "expire_at", "expire_at"),
        ("open_intent", "outputs", "kind"),
        ("open_intent", "outputs", "index"),
        ("sign_tree", "agg_nonces", 0),
        ("sign_tree", "agg_nonces", 1),
    }, others
    # The honest batch still goes through: a refusal changes nothing.
    bench.forget_last_batch()
    record(bench)
    assert [one.state for one in bench.owner.signer.list_vtxos()].count(VtxoState.LIVE) == 1
