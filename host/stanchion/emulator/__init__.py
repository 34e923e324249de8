"""The device without a board: its firmware on the unix port of MicroPython, behind a real pty."""

from stanchion.emulator.emulator import Emulator, EmulatorError
from stanchion.emulator.presser import Presser

__all__ = ["Emulator", "EmulatorError", "Presser"]
