"""Fuzzes every target for its share of the time, led by coverage. Exit code 1 for a finding.

python -m tests.fuzz [seconds] [target]
"""

import gc
import subprocess
import sys
import tempfile
from pathlib import Path

import atheris

_DEFAULT_SECONDS = 90


def fuzz(name: str, folder: str, seconds: int) -> None:
    """Runs one target in this process; does not return."""
    with atheris.instrument_imports(include=["arkcore", "wire", "signer"]):
        import tests.both.conftest  # noqa: F401 - puts the firmware on the path
        from tests.fuzz.corpus import seeds
        from tests.fuzz.targets import TARGETS
    for number, seed in enumerate(seeds(name)):
        (Path(folder) / str(number)).write_bytes(seed)
    options = [f"-max_total_time={seconds}", "-max_len=600", "-timeout=30", "-verbosity=0",
               "-print_final_stats=1", f"-artifact_prefix={folder}/finding-", folder]  # fmt: skip
    # The dispatcher collects garbage after each request; what is loaded need not be searched.
    gc.collect()
    gc.freeze()
    atheris.Setup([sys.argv[0], *options], TARGETS[name])
    atheris.Fuzz()


def run(name: str, seconds: int) -> bool:
    """One target in a process of its own; whether it found nothing."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "tests.fuzz", "--one", name, folder, str(seconds)]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        runs = [line for line in result.stderr.splitlines() if "number_of_executed_units" in line]
        count = runs[0].rsplit(":", 1)[-1].strip() if runs else "?"
        is_clean = result.returncode == 0
        print(f"{name:14} {count:>10} inputs  {'clean' if is_clean else 'FOUND'}", flush=True)
        if not is_clean:
            print(result.stdout[-4000:] + result.stderr[-4000:])
            for finding in Path(folder).glob("finding-*"):
                print("input:", finding.read_bytes().hex())
    return is_clean


def main() -> int:
    arguments = sys.argv[1:]
    if arguments[:1] == ["--one"]:
        fuzz(arguments[1], arguments[2], int(arguments[3]))
    import tests.both.conftest  # noqa: F401 - puts the firmware on the path
    from tests.fuzz.targets import TARGETS

    seconds = int(arguments[0]) if arguments else _DEFAULT_SECONDS
    names = arguments[1:] or list(TARGETS)
    share = max(1, seconds // len(names))
    findings = [name for name in names if not run(name, share)]
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
