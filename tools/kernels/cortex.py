"""Runs generated Cortex-M kernels in unicorn: the very opcodes that a board would execute.

Counts instructions and, on request, records the addresses of every block and memory access.
"""

import re
from pathlib import Path

from unicorn import (
    UC_ARCH_ARM,
    UC_HOOK_BLOCK,
    UC_HOOK_MEM_READ,
    UC_HOOK_MEM_WRITE,
    UC_MODE_MCLASS,
    UC_MODE_THUMB,
    Uc,
)
from unicorn.arm_const import (
    UC_ARM_REG_LR,
    UC_ARM_REG_R0,
    UC_ARM_REG_R1,
    UC_ARM_REG_R2,
    UC_ARM_REG_R3,
    UC_ARM_REG_SP,
    UC_CPU_ARM_CORTEX_M0,
    UC_CPU_ARM_CORTEX_M4,
)

_KERNEL, _RETURN, _DATA, _STACK = 0x10000, 0x1F000, 0x20000000, 0x20030000
_ARGUMENTS = (UC_ARM_REG_R0, UC_ARM_REG_R1, UC_ARM_REG_R2, UC_ARM_REG_R3)
M0 = UC_CPU_ARM_CORTEX_M0
M4 = UC_CPU_ARM_CORTEX_M4


def opcodes(source: Path, function: str) -> bytes:
    """The data() words of one function of a generated source file."""
    body = source.read_text().split(f"def {function}(")[1].split("def ")[0]
    words = re.findall(r"0x([0-9A-F]{4})\b", body)
    return b"".join(int(word, 16).to_bytes(2, "little") for word in words)


class Cortex:
    """One processor with one kernel; `call` passes buffers by reference and numbers by value."""

    def __init__(self, source: Path, model: int = M4, function: str = "run") -> None:
        self._code = opcodes(source, function)
        self._machine = Uc(UC_ARCH_ARM, UC_MODE_THUMB | UC_MODE_MCLASS)
        self._machine.ctl_set_cpu_model(model)
        self._machine.mem_map(_KERNEL, 0x10000)
        self._machine.mem_map(_DATA, 0x40000)
        self._machine.mem_write(_KERNEL, self._code)
        self._machine.hook_add(UC_HOOK_BLOCK, self._block)
        self._lengths: dict[tuple[int, int], int] = {}
        self.instructions = 0
        self.calls = 0
        self.trace: list[int] | None = None

    def record_trace(self) -> None:
        """From now on, `trace` collects block and access addresses."""
        self.trace = []
        self._machine.hook_add(UC_HOOK_MEM_READ | UC_HOOK_MEM_WRITE, self._access)

    def _block(self, machine: Uc, address: int, size: int, _: object) -> None:
        key = (address, size)
        if key not in self._lengths:
            self._lengths[key] = self._count(address - _KERNEL, size)
        self.instructions += self._lengths[key]
        if self.trace is not None:
            self.trace.append(address)

    def _count(self, offset: int, size: int) -> int:
        count, end = 0, offset + size
        while offset < end:
            offset += 4 if self._code[offset + 1] >> 3 in (0b11101, 0b11110, 0b11111) else 2
            count += 1
        return count

    def _access(self, machine: Uc, kind: int, address: int, size: int, *_: object) -> None:
        if self.trace is not None:
            self.trace.append(address)

    def call(self, *arguments: bytearray | bytes | int) -> None:
        """Runs the kernel to its end; every bytearray is written back."""
        machine, place = self._machine, _DATA
        placed: list[tuple[bytearray, int]] = []
        for register, argument in zip(_ARGUMENTS, arguments, strict=False):
            if isinstance(argument, int):
                machine.reg_write(register, argument)
                continue
            machine.mem_write(place, bytes(argument))
            machine.reg_write(register, place)
            if isinstance(argument, bytearray):
                placed.append((argument, place))
            place += (len(argument) + 0xFF) & ~0xFF
        machine.reg_write(UC_ARM_REG_SP, _STACK)
        machine.reg_write(UC_ARM_REG_LR, _RETURN | 1)
        machine.emu_start(_KERNEL | 1, _RETURN)
        self.calls += 1
        for argument, address in placed:
            argument[:] = machine.mem_read(address, len(argument))
