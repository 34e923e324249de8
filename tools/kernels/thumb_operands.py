"""Operands of the assembler: registers, immediates, memory, register lists, shifts, labels."""

import re
from dataclasses import dataclass, field

_NAMES = {f"r{i}": i for i in range(13)} | {"sp": 13, "lr": 14, "pc": 15}


@dataclass
class Operand:
    """One of: register, immediate, label, list, shift (kind, amount), or memory (base first)."""

    register: int | None = None
    writeback: bool = False
    immediate: int | None = None
    label: str = ""
    registers: list[int] | None = None
    shift: tuple[str, int] | None = None
    memory: list["Operand"] = field(default_factory=list)

    @property
    def low(self) -> bool:
        return self.register is not None and self.register < 8


def _split(text: str) -> list[str]:
    return [part.strip() for part in re.findall(r"\s*(\[[^\]]*\]|\{[^}]*\}!?|[^,]+)", text)]


def _register_list(text: str) -> list[int]:
    found: list[int] = []
    for part in text.strip("{}").split(","):
        first, _, last = part.strip().partition("-")
        found += range(_NAMES[first], _NAMES[last or first] + 1)
    return found


def _one(text: str) -> Operand:
    if text.startswith("["):
        return Operand(memory=[_one(part) for part in _split(text.strip("[]"))])
    if text.startswith("{"):
        return Operand(registers=_register_list(text))
    if text.startswith("#"):
        return Operand(immediate=int(text[1:], 0))
    shift = re.fullmatch(r"(lsl|lsr|asr) #(\d+)", text)
    if shift:
        return Operand(shift=(shift.group(1), int(shift.group(2))))
    name = text.rstrip("!")
    if name in _NAMES:
        return Operand(register=_NAMES[name], writeback=text.endswith("!"))
    return Operand(label=text)


def parse(text: str) -> list[Operand]:
    return [_one(part) for part in _split(text) if part]
