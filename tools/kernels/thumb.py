"""A small two-pass assembler for the Thumb and Thumb-2 instructions that the kernels use.

One statement a line in ARM's unified syntax (`umaal r4, r5, r0, r3`), labels end in a colon, `@`
starts a comment. An instruction takes its 16-bit form where one exists; `b` and conditional
branches are 16 bits wide, `b.w` and `beq.w` 32 bits. `.offsets a, b` lists half the distances from
itself to labels, for TBH. `Assembler(wide=False)` refuses whatever a Cortex-M0+ cannot execute.
"""

import re

from tools.kernels import thumb_narrow, thumb_wide
from tools.kernels.thumb_operands import Operand, parse

Encoder = list[int] | None


class Assembler:
    def __init__(self, wide: bool = True) -> None:
        self._wide = wide
        self._statements: list[tuple[str, list[Operand], int]] = []
        self._labels: dict[str, int] = {}
        self._size = 0

    def source(self, text: str) -> None:
        for line in text.splitlines():
            statement = line.split("@")[0].strip()
            if statement.endswith(":"):
                self._labels[statement[:-1]] = self._size
            elif statement:
                self._add(statement)

    def _add(self, statement: str) -> None:
        mnemonic, _, rest = statement.partition(" ")
        operands = parse(rest)
        self._statements.append((mnemonic, operands, self._size))
        self._size += 2 * len(self._encode(mnemonic, operands, self._size, sizing=True))

    def _encode(
        self, mnemonic: str, operands: list[Operand], position: int, sizing: bool
    ) -> list[int]:
        if mnemonic == ".offsets":
            labels = [operand.label for operand in operands]
            return [0 if sizing else (self._labels[name] - position) // 2 for name in labels]
        if operands and operands[-1].label and re.fullmatch(r"b[a-z]*(\.w)?", mnemonic):
            target = position + 4 if sizing else self._labels[operands[-1].label]
            distance = target - position - 4
            if mnemonic.endswith(".w") and not self._wide:
                raise ValueError(f"{mnemonic}: not on this processor")
            return thumb_wide.branch(mnemonic, distance) or thumb_narrow.branch(mnemonic, distance)
        encoded = thumb_narrow.encode(mnemonic, operands)
        if encoded is None and self._wide:
            encoded = thumb_wide.encode(mnemonic, operands)
        if encoded is None:
            raise ValueError(f"cannot encode: {mnemonic} {operands}")
        return encoded

    def halfwords(self) -> list[int]:
        """The opcodes, 16 bits each."""
        result: list[int] = []
        for mnemonic, operands, position in self._statements:
            result += self._encode(mnemonic, operands, position, sizing=False)
        return result


def function_source(name: str, arguments: int, halfwords: list[int]) -> str:
    """A `@micropython.asm_thumb` function around opcodes that return by `pop {..., pc}`.

    The opcodes are called as a subroutine, since the decorator adds its own entry and exit.
    """
    parameters = ", ".join(f"r{i}" for i in range(arguments))
    lines = ["@micropython.asm_thumb", f"def {name}({parameters}):"]
    lines += ["    bl(body)", "    bl(done)", "    label(body)"]
    for i in range(0, len(halfwords), 10):
        values = ", ".join(f"0x{value:04X}" for value in halfwords[i : i + 10])
        lines.append(f"    data(2, {values})")
    return "\n".join([*lines, "    label(done)", ""])
