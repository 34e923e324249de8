"""The device's own curve, run by both interpreters, agrees with standards and with libsecp256k1.

The modules of tests/both are run with `firmware` on the path, so that `secp256k1` is the device's.
"""

import os
import subprocess
import sys

import pytest

from tests.micropython import MODULE_PATH, ROOT, micropython

DEVICE_ONLY = ["device_sha512", "device_pbkdf2", "device_vm"]
CASES = ["test_curve", "test_ecdh", "test_musig2", *DEVICE_ONLY]


def run_on_cpython(module: str) -> "subprocess.CompletedProcess[str]":
    path = [ROOT, ROOT / "firmware", ROOT / "shared"]
    assert set(path) == set(MODULE_PATH)
    return subprocess.run(
        [sys.executable, "tests/both/runner.py", module],
        cwd=ROOT,
        env=dict(os.environ, PYTHONPATH=":".join(str(folder) for folder in path)),
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


@pytest.mark.parametrize("module", CASES)
def test_device_curve_holds_on_cpython(module: str) -> None:
    result = run_on_cpython(module)
    assert result.returncode == 0, result.stdout[-6000:] + result.stderr[-2000:]


@pytest.mark.parametrize("module", DEVICE_ONLY)
def test_device_modules_hold_on_micropython(module: str) -> None:
    result = micropython(["tests/both/runner.py", module])
    assert result.returncode == 0, result.stdout[-6000:] + result.stderr[-2000:]
