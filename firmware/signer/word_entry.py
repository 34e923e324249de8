"""Entering mnemonic words with four buttons.

Up and down turn through the letters that can follow, yes takes one, no takes the last one back.
A word that only one completion is left for is offered whole.
"""

from signer import bip39
from signer.errors import Refused, UserRefused

WHOLE_WORD = " "


def enter_words(screen, count: int) -> "list[str]":
    """`count` words with a right checksum.

    Raises UserRefused when the owner goes back before the first word or gives up after a wrong
    checksum, Cancelled when the host does.
    """
    screen.begin("Enter words")
    try:
        words = _enter_words(screen, count)
        while not _has_checksum(words):
            screen.confirm("Wrong checksum", [["A word is wrong or", "misplaced. Go back?"]])
            screen.begin("Enter words")
            words = _enter_words(screen, count, words[:-1])
        return words
    finally:
        screen.end()


def _enter_words(screen, count: int, words: "list[str] | None" = None) -> "list[str]":
    words = words or []
    while len(words) < count:
        word = _enter_word(screen, len(words), count)
        if word:
            words.append(word)
        elif words:
            words.pop()
        else:
            raise UserRefused()
    return words


def _has_checksum(words: "list[str]") -> bool:
    try:
        bip39.to_entropy(words)
        return True
    except Refused:
        return False


def _enter_word(screen, position: int, count: int) -> str:
    """One word; "" when the owner takes back more than there is."""
    prefix = ""
    choice = 0
    while True:
        letters = bip39.next_letters(prefix)
        candidates = bip39.words_from(prefix) if prefix else []
        if len(candidates) == 1:
            prefix, letters = candidates[0], WHOLE_WORD
        choice %= len(letters)
        screen.show(_lines(prefix, letters, choice, position, count))
        button = screen.wait_button()
        if button == "up":
            choice -= 1
        elif button == "down":
            choice += 1
        elif button == "no" and not prefix:
            return ""
        elif button == "no":
            prefix, choice = _shorten(prefix), 0
        elif letters[choice] == WHOLE_WORD:
            return prefix
        else:
            prefix, choice = prefix + letters[choice], 0


def _shorten(prefix: str) -> str:
    """The longest shorter prefix that more than one word begins with."""
    prefix = prefix[:-1]
    while prefix and len(bip39.words_from(prefix)) == 1:
        prefix = prefix[:-1]
    return prefix


def _lines(prefix: str, letters: str, choice: int, position: int, count: int) -> "list[str]":
    letter = letters[choice]
    offered = "take this word" if letter == WHOLE_WORD else letter
    return [
        "Word %d of %d" % (position + 1, count),
        "",
        prefix + "_",
        "",
        "> " + offered,
        "",
        "UP/DOWN turn, YES take",
        "NO back",
    ]
