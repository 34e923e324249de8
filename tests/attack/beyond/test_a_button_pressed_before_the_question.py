"""A button counts only for what was on the screen when it was pressed (invariant I6).

A host that does not read its line holds the device up between the idle screen and the question.
What the owner presses meanwhile must not answer it.
"""

import pytest
from signer.errors import UserRefused
from signer.screen import Screen

from tests.batch.local import LocalBoard, LocalLink


class QueueBoard(LocalBoard):
    """Keeps presses until they are read; `on_draw` is what the owner presses at each screen."""

    def __init__(self, on_draw: list[str]) -> None:
        super().__init__()
        self.queue: list[str] = []
        self.on_draw = on_draw

    def button(self) -> str:
        return self.queue.pop(0) if self.queue else ""

    def draw(self, lines: list[str]) -> None:
        super().draw(lines)
        if self.on_draw:
            self.queue.append(self.on_draw.pop(0))


class StalledLink(LocalLink):
    """A host that lets the device wait in the middle of "wait_user", while the owner presses."""

    def __init__(self, board: QueueBoard, presses: list[str]) -> None:
        super().__init__(board)
        self.queue = board.queue
        self.presses = presses

    def wait_user(self, prompt: str) -> None:
        self.queue += self.presses


def test_a_press_before_the_question_does_not_answer_it() -> None:
    board = QueueBoard(["no"])
    screen = Screen(board, StalledLink(board, ["yes"]))
    with pytest.raises(UserRefused):
        screen.confirm("Leave alone", [["Take out of Ark"]])


def test_presses_ahead_do_not_turn_pages_that_were_not_seen() -> None:
    board = QueueBoard(["yes", "no"])
    screen = Screen(board, StalledLink(board, ["yes", "yes", "yes"]))
    with pytest.raises(UserRefused):
        screen.confirm("Send", [["Pay on chain"], ["Fee"]])
    assert board.drawn[-1][0].endswith("2/2")
