"""Cuts the power at every flash operation of a wallet's life. Runs on MicroPython, under littlefs.

Started by test_power_cuts.py and `make power`; prints one line a scenario (operations at which the
power was cut, states that were found) and `ok` at the end. Of the operation at which the power
goes, half has happened.
"""

import os
import sys
import time

import vfs
from signer.bip32 import from_seed
from signer.device import Device
from signer.keystore import KeyStore
from signer.ledger_records import KIND_BOARDING, KIND_VTXO, Coin, Pledge
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


def point(number: int) -> bytes:
    return bytes((number,)) * 32 + bytes(4)


def pledge(given: "list[Coin]", received: "list[Coin]", commitment: int) -> Pledge:
    pledged = Pledge(bytes(8), bytes((commitment,)) * 32, 144, 3, given, received)
    pledged.fee_sat = 200
    return pledged


def make_wallet():  # type: ignore[no-untyped-def]
    device = boot()
    write_wallet(device, NETWORK_REGTEST, from_seed(bytes(16)))
    yield device


def enroll():  # type: ignore[no-untyped-def]
    device = boot()
    for number in range(3):
        device.pin_operator(profile(number))
        yield device


def batch():  # type: ignore[no-untyped-def]
    """Every record of a boarding and of a refresh with its forfeit."""
    device = boot()
    boarding = Coin(KIND_BOARDING, point(1), 0, 0)
    first, second = [Coin(KIND_VTXO, point(number), 20_000, number) for number in (2, 3)]
    fresh = Coin(KIND_VTXO, point(4), 19_000, 4)
    device.ledger.next_session()
    yield device
    device.ledger.pledge(pledge([boarding], [first], 7))
    yield device
    device.ledger.pledge(pledge([Coin(KIND_BOARDING, point(5), 0, 0)], [second], 8))
    yield device
    device.ledger.pledge(pledge([first], [fresh], 9))
    yield device


def leave():  # type: ignore[no-untyped-def]
    """The start of an exit, its claim, and the claim of a boarding output."""
    device = boot()
    device.ledger.start_exit(point(3))
    yield device
    device.ledger.claim(point(3))
    yield device
    device.ledger.claim_boarding(point(6))
    yield device


def take_back():  # type: ignore[no-untyped-def]
    """A batch that never confirmed, and one that did after all."""
    device = boot()
    device.ledger.release(point(2))
    yield device
    device.ledger.restore(point(4))
    yield device


def compact():  # type: ignore[no-untyped-def]
    device = boot()
    for _ in range(3):
        device.journal.compact()
        yield device


def state_of(device: Device) -> "list[tuple[int, bytes]] | None":
    """All that the device holds, as the records of a fresh journal; None without a wallet."""
    if device.fault:
        raise ValueError("fault " + device.fault)
    return list(device._snapshot()) if device.keystore.is_open else None


def mounted(data: bytes) -> Flash:
    flash = Flash(data)
    vfs.mount(vfs.VfsLfs2(flash), _MOUNT)
    return flash


def whole_run(step, start: bytes):  # type: ignore[no-untyped-def]
    """(the flash after the uncut run, the states after each of its answers)."""
    flash = mounted(start)
    states = [state_of(boot())]
    for device in step():
        states.append(state_of(device))
    vfs.umount(_MOUNT)
    return bytes(flash.data), states


def cut_run(step, start: bytes, cut: int):  # type: ignore[no-untyped-def]
    """(flash, number of answers, whether the run came to its end) with power for `cut` steps."""
    flash = mounted(start)
    flash.budget = cut
    answers, done = 0, False
    try:
        for _ in step():
            answers += 1
        done = True
    except Exception as error:
        if flash.budget != -2:
            sys.print_exception(error)
            raise
    vfs.umount(_MOUNT)
    return bytes(flash.data), answers, done


def judge(data: bytes, states, answers: int) -> str:  # type: ignore[no-untyped-def]
    """Whether the state after a cut is the one last answered or the one in flight."""
    # Another object: files that the cut left open must not reach what is looked at now.
    mounted(data)
    device = boot()
    found = state_of(device)
    verdict = ""
    if found == states[answers]:
        verdict = "old"
    elif answers + 1 < len(states) and found == states[answers + 1]:
        verdict = "new"
    else:
        raise ValueError(f"neither the old nor the new state after {answers} answers")
    if found is None:
        write_wallet(device, NETWORK_REGTEST, from_seed(bytes(16)))
    else:
        device.ledger.next_session()
        device.journal.compact()
    left = state_of(device)
    if state_of(boot()) != left:
        raise ValueError("work after the cut is lost")
    vfs.umount(_MOUNT)
    return verdict


def run(step, start: bytes) -> bytes:  # type: ignore[no-untyped-def]
    """`step` cut at each of its operations; the flash of the uncut run."""
    after, states = whole_run(step, start)
    found = {"old": 0, "new": 0}
    cut, done = 0, False
    while not done:
        data, answers, done = cut_run(step, start, cut)
        found[judge(data, states, answers)] += 1
        cut += 1
    line = "%-12s cut at %4d operations: %4d old, %4d new, 0 other"
    print(line % (step.__name__, cut - 1, found["old"] - 1, found["new"]))
    return after


def main() -> None:
    blank = Flash()
    vfs.VfsLfs2.mkfs(blank)
    flash = bytes(blank.data)
    for step in (make_wallet, enroll, batch, take_back, leave, compact):
        flash = run(step, flash)
    print("ok")


main()
