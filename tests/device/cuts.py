"""Cuts the power at every flash operation of a wallet's life. Runs on MicroPython, under littlefs.

Started by test_power_cuts.py; prints one line a scenario and `ok` at the end. Of the operation at
which the power goes, half has happened.
"""

import os
import sys
import time

import vfs
from signer.bip32 import from_seed
from signer.device import Device
from signer.keystore import KeyStore
from signer.new_wallet import write_wallet
from signer.operator_profile import OperatorProfile
from signer.storage import Storage
from wire.terms import NETWORK_REGTEST

_BLOCKS = 32
_BLOCK_SIZE = 4096
_MOUNT = "/cut"


class PowerCut(Exception):
    """The current went away."""


class Flash:
    """A block device in RAM that loses power after `budget` operations; -1 never does."""

    def __init__(self, data: "bytes | None" = None) -> None:
        self.data = bytearray(data or b"\xff" * (_BLOCKS * _BLOCK_SIZE))
        self.budget = -1
        self.operations = 0

    def readblocks(self, block: int, buffer, offset: int = 0) -> None:  # type: ignore[no-untyped-def]
        start = block * _BLOCK_SIZE + offset
        buffer[:] = self.data[start : start + len(buffer)]

    def writeblocks(self, block: int, buffer, offset=None) -> None:  # type: ignore[no-untyped-def]
        if offset is None:
            self._change(block * _BLOCK_SIZE, b"\xff" * _BLOCK_SIZE)
            offset = 0
        self._change(block * _BLOCK_SIZE + offset, bytes(buffer))

    def _change(self, start: int, content: bytes) -> None:
        if self.budget == 0:
            half = len(content) // 2
            self.data[start : start + half] = content[:half]
            # Nothing more happens until the power comes back.
            self.budget = -2
        if self.budget == -2:
            raise PowerCut()
        self.operations += 1
        if self.budget > 0:
            self.budget -= 1
        self.data[start : start + len(content)] = content

    def ioctl(self, operation: int, argument: int) -> int:
        if operation == 4:
            return _BLOCKS
        if operation == 5:
            return _BLOCK_SIZE
        if operation == 6:
            self._change(argument * _BLOCK_SIZE, b"\xff" * _BLOCK_SIZE)
        return 0


class Board:
    """As much of a board as the keys and records need."""

    def random_bytes(self, count: int) -> bytes:
        return os.urandom(count)

    def ticks_ms(self) -> int:
        return time.ticks_ms()


def boot() -> Device:
    device = Device(Board(), None, None, KeyStore(Storage(_MOUNT)))
    device.open()
    return device


def profile(number: int) -> OperatorProfile:
    return OperatorProfile(
        NETWORK_REGTEST,
        {
            "name": "op",
            "signer_key": b"\x02" + bytes(32),
            "forfeit_key": b"\x02" + bytes(32),
            "forfeit_script": bytes(22),
            "unilateral_exit_delay": 512,
            "boarding_exit_delay": 1024,
            "checkpoint_exit_delay": 10,
            "min_batch_expiry": 20,
            "dust_sat": 400 + number,
        },
    )


def make_wallet(answered: "list[str]") -> None:
    write_wallet(boot(), NETWORK_REGTEST, from_seed(bytes(16)))
    answered.append("wallet")


def pin_three(answered: "list[str]") -> None:
    device = boot()
    for number in range(3):
        device.pin_operator(profile(number))
        answered.append(f"operator {number}")


def work(answered: "list[str]") -> None:
    """Takes session numbers and compacts, as the ledger does between batches."""
    device = boot()
    for _ in range(2):
        device.ledger.next_session()
        answered.append("session")
        device.journal.compact()
    device.pin_operator(profile(7))
    answered.append("operator 7")


def check(before: "list[str]", answered: "list[str]") -> None:
    """The state after a cut holds all that was answered, and at most the one thing in flight."""
    device = boot()
    if device.fault:
        raise ValueError("fault " + device.fault)
    if "wallet" in before + answered and not device.keystore.is_open:
        raise ValueError("the wallet is gone")
    told = [int(entry[9:]) for entry in before + answered if entry[:8] == "operator"]
    held = [known.dust_sat - 400 for known in device.operators]
    if held[: len(told)] != told or len(held) > len(told) + 1:
        raise ValueError(f"told {told}, held {held}")


def run(step, start: bytes, before: "list[str]") -> "tuple[bytes, list[str]]":  # type: ignore[no-untyped-def]
    """`step` cut at each of its operations; the flash and answers of the uncut run."""
    cut = 0
    while True:
        flash = Flash(start)
        answered: list[str] = []
        vfs.mount(vfs.VfsLfs2(flash), _MOUNT)
        flash.budget = cut
        done = False
        try:
            step(answered)
            done = True
        except Exception as error:
            if flash.budget != -2:
                sys.print_exception(error)
                raise
        vfs.umount(_MOUNT)
        # Another object: files that the cut left open must not reach what is looked at now.
        flash = Flash(flash.data)
        vfs.mount(vfs.VfsLfs2(flash), _MOUNT)
        check(before, answered)
        if step is make_wallet and not boot().keystore.is_open:
            step([])
            check(before, ["wallet"])
        vfs.umount(_MOUNT)
        if done:
            print(step.__name__, "cut at", cut, "operations")
            return bytes(flash.data), before + answered
        cut += 1


def main() -> None:
    blank = Flash()
    vfs.VfsLfs2.mkfs(blank)
    flash, told = bytes(blank.data), []
    for step in (make_wallet, pin_three, work):
        flash, told = run(step, flash, told)
    print("ok")


main()
