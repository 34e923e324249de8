"""Turns readable field-VM programs into the bytes that `run` executes.

One statement a line, `#` starts a comment:

    name:                      a label, callable and an entry point
    x = a * b | a + b | a - b  modulo p;  x = a ^ 2 or x = a ^^ 5 for repeated squaring;  x = 21 . a
    wide x = a * b             raw product in x and the slot after it; likewise `carry x = a + b`,
                               `borrow x = a - b`
    x = a if b                 conditional copy;  x = a  copies (the slot `one` is the condition)
    bit x < a @ 12             shift a bit of a in;  x = reverse a
    counter 12 / loop 4 label  counted loop;  call label;  ret;  end
    look x 2 16 idx base       masked table lookup: 2 slots, 16 entries;  pick likewise
    put x 3 base / get x 3 base
    tbase 128                  added to the base of every table operation that follows
"""

import re
import struct

OPERATIONS = [
    "end",
    "mul",
    "add",
    "sub",
    "sqr",
    "small",
    "wmul",
    "radd",
    "rsub",
    "cmov",
    "bit",
    "rev",
    "setc",
    "loop",
    "call",
    "ret",
    "look",
    "pick",
    "put",
    "get",
    "tbase",
]
_CODE = {name: number for number, name in enumerate(OPERATIONS)}
_BINARY = {"*": "mul", "+": "add", "-": "sub"}
_WIDE = {"wide": "wmul", "carry": "radd", "borrow": "rsub"}


class Program:
    """Collects instructions; `slots` maps names to slot numbers."""

    def __init__(self, slots: dict[str, int]) -> None:
        self.slots = slots
        self.labels: dict[str, int] = {}
        self._words: list[tuple[int, int, int | str, int]] = []

    def source(self, text: str) -> None:
        for line in text.splitlines():
            statement = line.split("#")[0].strip()
            if statement:
                self._statement(statement)

    def _slot(self, name: str) -> int:
        return self.slots[name]

    def _emit(self, op: str, d: int = 0, a: int | str = 0, b: int = 0) -> None:
        self._words.append((_CODE[op], d, a, b))

    def _statement(self, text: str) -> None:
        words = text.split()
        if text.endswith(":"):
            self.labels[text[:-1]] = len(self._words)
        elif words[0] in ("ret", "end"):
            self._emit(words[0])
        elif words[0] == "call":
            self._emit("call", 0, words[1])
        elif words[0] == "counter":
            self._emit("setc", 0, int(words[1]))
        elif words[0] == "tbase":
            self._emit("tbase", 0, int(words[1]) & 255, int(words[1]) >> 8)
        elif words[0] == "loop":
            self._emit("loop", int(words[1]), words[2])
        elif words[0] == "bit":
            self._emit("bit", self._slot(words[1]), self._slot(words[3]), int(words[5]))
        elif words[0] in ("look", "pick"):
            size, count, base = int(words[2]), int(words[3]), int(words[5])
            self._emit(words[0], self._slot(words[1]), size, count)
            self._words.append((self._slot(words[4]), 0, base & 255, base >> 8))
        elif words[0] in ("put", "get"):
            base = int(words[3])
            self._emit(words[0], self._slot(words[1]), int(words[2]), 0)
            self._words.append((0, 0, base & 255, base >> 8))
        else:
            self._assignment(text, words)

    def _assignment(self, text: str, words: list[str]) -> None:
        if words[0] in _WIDE:
            d, a, b = self._slot(words[1]), self._slot(words[3]), self._slot(words[5])
            self._emit(_WIDE[words[0]], d, a, b)
            return
        match = re.fullmatch(r"(\w+) = (.+)", text)
        if match is None:
            raise ValueError(text)
        target, right = self._slot(match.group(1)), match.group(2).split()
        if len(right) == 1:
            self._emit("cmov", target, self._slot(right[0]), self._slot("one"))
        elif right[0] == "reverse":
            self._emit("rev", target, self._slot(right[1]))
        elif right[1] == "if":
            self._emit("cmov", target, self._slot(right[0]), self._slot(right[2]))
        elif right[1] == "^":
            self._emit("sqr", target, self._slot(right[0]), 1)
        elif right[1] == "^^":
            self._emit("sqr", target, self._slot(right[0]), int(right[2]))
        elif right[1] == ".":
            self._emit("small", target, self._slot(right[2]), int(right[0]))
        else:
            self._emit(_BINARY[right[1]], target, self._slot(right[0]), self._slot(right[2]))

    def assemble(self) -> bytes:
        code = b""
        for op, d, a, b in self._words:
            if isinstance(a, str):
                position = self.labels[a]
                a, b = position & 255, position >> 8
            code += struct.pack("4B", op, d, a, b)
        return code
