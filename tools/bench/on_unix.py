"""Times every operation under MicroPython's unix port: one JSON line of (name, microseconds).

Processor time, so that other work on the machine does not count.
"""

import gc
import json
import sys
import time


def average(call) -> int:  # type: ignore[no-untyped-def]
    """Microseconds a call, over at least a quarter of a second: the clock ticks in milliseconds."""
    gc.collect()
    start, calls = time.clock(), 0
    while time.clock() - start < 0.25:
        call()
        calls += 1
    return int((time.clock() - start) * 1_000_000 / calls)


def embit_rows():  # type: ignore[no-untyped-def]
    import embit_key as embit

    key = embit.ECKey()
    key.set(bytes(range(1, 33)), True)
    secret, message = bytes(range(1, 33)), bytes(32)
    public = key.get_pubkey().get_bytes()[1:]
    signature = embit.sign_schnorr(secret, message, bytes(32))
    return [
        ("public key (G x k)", key.get_pubkey),
        ("BIP-340 sign, verified", lambda: embit.sign_schnorr(secret, message, bytes(32))),
        ("BIP-340 verify", lambda: embit.verify_schnorr(public, signature, message)),
    ]


def share_heap(free_kilobytes: int) -> None:
    """Runs the share with so much heap left in one piece; blocks of falling size take the rest."""
    from tools.bench.operations import Branch

    branch = Branch()
    gc.collect()
    hole, ballast, size = bytearray(free_kilobytes * 1024), [None] * 2000, 1 << 20
    used = 0
    while size > 32 and used < 2000:
        try:
            ballast[used] = bytearray(size)
            used += 1
        except MemoryError:
            size >>= 1
    hole = None
    gc.collect()
    branch.share()
    print("done", hole, used, gc.mem_free())


if __name__ == "__main__":
    if sys.argv[1] == "heap":
        share_heap(int(sys.argv[2]))
    else:
        if sys.argv[1] == "embit":
            rows = embit_rows()
        else:
            from tools.bench.operations import operations

            rows = operations()
        print(json.dumps([[name, average(call)] for name, call in rows]))
