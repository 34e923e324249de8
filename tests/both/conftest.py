"""On CPython `signer` is found at the end of the path: `secp256k1` stays the host's.

Only the modules that the host's package lacks (SHA-512 and what is built on it) are the device's.
"""

import sys
from pathlib import Path

import secp256k1

FIRMWARE = str(Path(__file__).resolve().parents[2] / "firmware")
if FIRMWARE not in sys.path:
    sys.path.append(FIRMWARE)
DEVICE_CURVE = FIRMWARE + "/secp256k1"
if DEVICE_CURVE not in secp256k1.__path__:
    secp256k1.__path__.append(DEVICE_CURVE)
