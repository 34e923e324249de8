"""Whatever fails inside, the host gets a typed error without a secret; the session is wiped (I7).

The whole application runs here against a board in memory, on both interpreters.
"""

import sys

from signer.app import App
from wire import cbor, frame

_SECRET = "legal winner thank year"


class MemoryBoard:
    """A board without wallet: what the host sent lies in `inbox`, what is answered in `outbox`."""

    NAME = "memory"
    DATA_DIR = "no-such-directory"

    def __init__(self) -> None:
        self.inbox = b""
        self.outbox = b""
        self.buttons: list[str] = []
        self.drawn: list[list[str]] = []
        self.reports = 0
        self.now = 0

    def link_read(self, limit: int) -> bytes:
        data, self.inbox = self.inbox[:limit], self.inbox[limit:]
        return data

    def link_write(self, data: bytes) -> None:
        self.outbox += data

    def poll(self, timeout_ms: int) -> None:
        self.now += timeout_ms

    def draw(self, lines: "list[str]") -> None:
        self.drawn.append(lines)

    def button(self) -> str:
        return self.buttons.pop(0) if self.buttons else ""

    def random_bytes(self, count: int) -> bytes:
        return bytes(count)

    def ticks_ms(self) -> int:
        self.now += 1
        return self.now

    def ticks_diff(self, later: int, earlier: int) -> int:
        return later - earlier

    def feed_watchdog(self) -> None:
        return

    def report(self, error: Exception) -> None:
        self.reports += 1


class Wiped:
    """Stands for a batch session."""

    is_wiped = False
    opened_ms = 0

    def wipe(self) -> None:
        self.is_wiped = True


class BrokenHandler:
    """A handler with a fault that nobody foresaw, and a secret in its message."""

    @staticmethod
    def handle(device, params):  # type: ignore[no-untyped-def]
        raise ValueError(_SECRET)


class HungryHandler:
    """A handler that runs out of memory."""

    @staticmethod
    def handle(device, params):  # type: ignore[no-untyped-def]
        raise MemoryError()


def ask(app: App, board: MemoryBoard, number: int, code: int, params: dict) -> dict:
    """The decoded reply to one request."""
    body = cbor.encode({0: number, 1: code, 2: params})
    board.inbox = frame.encode_frame(frame.REQUEST, number, body)
    board.outbox = b""
    app.step()
    replies = [f for f in frame.FrameDecoder().feed(board.outbox, 0) if f.type == frame.REPLY]
    assert len(replies) == 1
    message = cbor.decode(replies[0].body)
    assert isinstance(message, dict) and message[0] == number
    return message


def started() -> "tuple[App, MemoryBoard]":
    """A greeted device with a batch session at work."""
    board = MemoryBoard()
    app = App(board)
    assert 1 in ask(app, board, 1, 1, {0: 1, 1: 1, 2: "test"})
    app.device.batch = Wiped()
    return app, board


def test_an_unforeseen_error_is_internal_tells_nothing_and_wipes_the_session() -> None:
    app, board = started()
    session = app.device.batch
    sys.modules["signer.handlers.get_status"] = BrokenHandler  # type: ignore[assignment]
    error = ask(app, board, 2, 2, {})[2]
    assert error[1] == "internal" and error[4] == "ValueError"
    assert board.outbox.find(_SECRET[:5].encode()) < 0
    assert session.is_wiped and app.device.batch is None and board.reports == 1
    assert "signer.handlers.get_status" not in sys.modules
    assert 1 in ask(app, board, 3, 2, {})


def test_running_out_of_memory_is_told_and_wipes_the_session() -> None:
    app, board = started()
    session = app.device.batch
    sys.modules["signer.handlers.get_status"] = HungryHandler  # type: ignore[assignment]
    assert ask(app, board, 2, 2, {})[2][1] == "memory"
    assert session.is_wiped
    assert 1 in ask(app, board, 3, 2, {})


def test_a_refusal_leaves_the_session_as_it_was() -> None:
    app, board = started()
    assert ask(app, board, 2, 6, {})[2][1] == "state-wrong"
    assert not app.device.batch.is_wiped and board.reports == 0


def test_a_generator_that_repeats_itself_makes_no_seed() -> None:
    app, board = started()
    board.buttons = []
    original = board.poll

    def press(timeout_ms: int) -> None:
        original(timeout_ms)
        board.buttons.append("yes")

    board.poll = press  # type: ignore[method-assign]
    answer = ask(app, board, 2, 3, {0: 4, 1: 12, 2: bytes(range(32))})
    assert answer[2][1] == "entropy-failed"
    assert not app.device.keystore.is_open


def test_an_owner_who_does_not_answer_is_not_waited_for_for_ever() -> None:
    app, board = started()
    answer = ask(app, board, 2, 3, {0: 4, 1: 12, 2: bytes(32)})
    assert answer[2][1] == "user-timeout" and answer[2][3] is True


def test_a_page_that_does_not_fit_is_never_shown() -> None:
    app, board = started()
    drawn = len(board.drawn)
    for page in (["x" * 22], [""] * 7):
        try:
            app.device.screen.confirm("Send", [["fits"], page])
        except ValueError:
            assert len(board.drawn) == drawn
        else:
            raise AssertionError(page)


def test_handlers_and_word_lists_are_unloaded_after_use() -> None:
    app, board = started()
    ask(app, board, 2, 3, {0: 4, 1: 12, 2: bytes(32)})
    loaded = [name for name in sys.modules if name.startswith("signer.")]
    for gone in ("signer.handlers.create_wallet", "signer.wordlist", "signer.bip39"):
        assert gone not in loaded, gone
