"""The screen and the buttons: what the owner sees and answers (invariant I6)."""

from signer import text
from signer.errors import Cancelled, UserRefused

ANSWER_TIMEOUT_MS = 300_000
_POLL_MS = 50
_STALE_BUTTONS = 16


class Screen:
    """Draws on the board's screen; while it waits, `link` answers pings and takes cancels.

    No other request is served meanwhile, so what is shown cannot change under the owner's eyes.
    """

    __slots__ = ("_board", "_link", "_shown")

    def __init__(self, board, link) -> None:
        self._board = board
        self._link = link
        self._shown: "list[str]" = []

    def show(self, lines: "list[str]") -> None:
        """Draws up to eight lines and returns at once."""
        drawn = [text.clean(line)[: text.WIDTH] for line in lines[:8]]
        if drawn != self._shown:
            self._shown = drawn
            self._board.draw(drawn)

    def confirm(self, title: str, pages: "list[list[str]]") -> None:
        """Shows every page (lists of at most 6 lines) and waits for yes on the last.

        Yes and down go on, up goes back, no refuses. Raises UserRefused `user-refused`,
        `user-timeout`; Cancelled. Raises ValueError for a line that does not fit: cut off, it
        could hide what the owner has to know.
        """
        for page in pages:
            if len(page) > text.BODY_LINES or any(len(line) > text.WIDTH for line in page):
                raise ValueError("does not fit on the screen")
        self.begin(title)
        try:
            self._confirm(title, pages)
        finally:
            self.end()

    def _confirm(self, title: str, pages: "list[list[str]]") -> None:
        index = 0
        while True:
            # A host that does not read its line can hold the device up before a page is drawn, and
            # a finger can be faster than the eye: what was pressed by now answers nothing on it.
            self._forget_buttons()
            self._page(title, pages, index)
            button = self.wait_button()
            if button == "no":
                raise UserRefused()
            if button == "yes" and index == len(pages) - 1:
                return
            if button == "up":
                index = max(0, index - 1)
            else:
                index = min(len(pages) - 1, index + 1)

    def begin(self, prompt: str) -> None:
        """Tells the host that the owner is asked, and forgets buttons pressed before that."""
        self._forget_buttons()
        self._link.wait_user(prompt)

    def _forget_buttons(self) -> None:
        # A button that is stuck must not hold the device up for ever.
        for _ in range(_STALE_BUTTONS):
            if not self._board.button():
                return

    def end(self) -> None:
        """Tells the host that the owner has answered."""
        self._link.user_answered()

    def _page(self, title: str, pages: "list[list[str]]", index: int) -> None:
        last = index == len(pages) - 1
        head = title
        if len(pages) > 1:
            count = "%d/%d" % (index + 1, len(pages))
            room = text.WIDTH - len(count) - 1
            head = title[:room] + " " * (room - len(title)) + " " + count
        body = list(pages[index])
        body += [""] * (text.BODY_LINES - len(body))
        self.show([head] + body + ["NO                YES" if last else "NO               MORE"])

    def wait_button(self) -> str:
        """The next button: "yes", "no", "up" or "down".

        Raises UserRefused `user-timeout` after five minutes, Cancelled when the host cancels.
        """
        start = self._board.ticks_ms()
        while True:
            self._board.feed_watchdog()
            button = self._board.button()
            if button:
                return button
            self._link.pump()
            if self._link.take_cancel():
                raise Cancelled()
            if self._board.ticks_diff(self._board.ticks_ms(), start) > ANSWER_TIMEOUT_MS:
                raise UserRefused("user-timeout")
            self._board.poll(_POLL_MS)
