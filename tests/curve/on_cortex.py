"""Runs test modules of tests/both with the curve's machine code in unicorn.

`python -m tests.curve.on_cortex thumb2 device_vm` with `firmware` on PYTHONPATH, so that
`secp256k1` is the device's.
"""

import sys

from secp256k1 import backend

from tests.both import runner
from tools.kernels import cortex, generate

MODELS = {"thumb2": cortex.M4, "thumb1": cortex.M0}


def processor(kernel: str) -> cortex.Cortex:
    return cortex.Cortex(generate.FIRMWARE / f"vm_{kernel}.py", MODELS[kernel])


def use(kernel: str) -> cortex.Cortex:
    """Makes `kernel` the VM of the device's curve in this process."""
    import secp256k1
    from secp256k1 import machine, sha512

    hashing = generate.FIRMWARE / "sha512_thumb1.py"
    sha512._compress = cortex.Cortex(hashing, MODELS[kernel], "compress").call
    sha512._xor_into = cortex.Cortex(hashing, MODELS[kernel], "xor_into").call

    board = processor(kernel)
    backend.find_vm = lambda: board.call
    secp256k1._engine = backend.choose()
    if secp256k1._engine is not machine:
        raise RuntimeError("the self-test refused the kernel")
    return board


if __name__ == "__main__":
    use(sys.argv[1])
    done, total = runner.run(sys.argv[2])
    print("passed", done, "of", total)
    sys.exit(0 if total and done == total else 1)
