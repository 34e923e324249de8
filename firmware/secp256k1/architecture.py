"""Which machine code this interpreter can run."""

import sys

X64 = 2
ARMV6M = 3
# armv7em and its variants with single and double precision floats.
ARMV7EM = (5, 6, 7)


def number() -> int:
    """MicroPython's number of the architecture whose native code it runs, 0 for none."""
    if sys.implementation.name != "micropython":
        return 0
    return getattr(sys.implementation, "_mpy", 0) >> 10 & 15
