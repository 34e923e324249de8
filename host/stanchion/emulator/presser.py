"""A scripted owner: looks at the emulator's screen and presses its buttons."""

import threading
from types import TracebackType

from stanchion.emulator.emulator import Emulator, EmulatorError

_TICK_SECONDS = 0.2
_QUESTION_ENDS = ("YES", "MORE")
_WHOLE_WORD = "take this word"


def is_question(lines: list[str]) -> bool:
    """Whether the screen waits for yes or no."""
    return bool(lines) and lines[-1].startswith("NO") and lines[-1].endswith(_QUESTION_ENDS)


class Presser:
    """Answers each question by the first rule whose text is on the screen; others stay open.

    `rules` are (text, button) pairs; an empty text matches every question. `seen` keeps the lines
    of every question that was answered.
    """

    def __init__(self, emulator: Emulator, rules: list[tuple[str, str]] | None = None) -> None:
        self._emulator = emulator
        self._rules = [("", "yes")] if rules is None else rules
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.seen: list[list[str]] = []

    def __enter__(self) -> "Presser":
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        panel = self._emulator.panel
        number = max(0, panel.count() - 1)
        while not self._stop.is_set():
            found = panel.next_screen(number, _TICK_SECONDS)
            if found is not None:
                number, lines = found
                self._answer(lines)

    def _answer(self, lines: list[str]) -> None:
        if not is_question(lines):
            return
        for text, button in self._rules:
            if any(text in line for line in lines):
                self.seen.append(lines)
                self._emulator.press(button)
                return


def words_shown(screens: list[list[str]]) -> list[str]:
    """The mnemonic words on the pages of "Your words", in order."""
    numbered: dict[int, str] = {}
    for lines in screens:
        if lines[0].startswith("Your words"):
            for line in lines[1:-1]:
                number, _, word = line.strip().partition(" ")
                if number.isdigit():
                    numbered[int(number)] = word
    return [numbered[number] for number in sorted(numbered)]


def enter_words(
    emulator: Emulator, words: list[str], first: int = 0, timeout: float = 10.0
) -> None:
    """Spells the words from number `first` with up, down and yes, as a person would.

    Raises EmulatorError.
    """
    panel = emulator.panel
    number = max(0, panel.count() - 1)
    for position, word in enumerate(words):
        if position < first:
            continue
        taken = False
        while not taken:
            found = panel.next_screen(number, timeout)
            if found is None:
                raise EmulatorError(f"word {position + 1} was never asked for")
            number, lines = found
            if lines[0] != f"Word {position + 1} of {len(words)}":
                continue
            taken = _spell(emulator, lines, word)


def _spell(emulator: Emulator, lines: list[str], word: str) -> bool:
    """One press towards `word`; True when it took the word."""
    prefix, offered = lines[2].rstrip("_"), lines[4][2:]
    whole = offered == _WHOLE_WORD
    if not word.startswith(prefix):
        emulator.press("no")
    elif whole and prefix == word:
        emulator.press("yes")
        return True
    elif not whole and word[len(prefix) : len(prefix) + 1] == offered:
        emulator.press("yes")
    else:
        emulator.press("down")
    return False
