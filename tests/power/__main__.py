"""Cuts the power everywhere and prints the cut points tried and the states found.

python -m tests.power
"""

import gc
import sys

import tests.both.conftest  # noqa: F401 - puts the firmware on the path
from tests.micropython import micropython
from tests.power.runs import SCENARIOS, cut_everywhere


def flash_operations() -> bool:
    """Under littlefs, at every operation of the flash; whether all went well."""
    result = micropython(["tests/device/cuts.py"])
    # Files that a cut has left open are closed by the garbage collector, which grumbles.
    print("\n".join(line for line in result.stdout.splitlines() if "cut at" in line), flush=True)
    is_good = result.returncode == 0 and result.stdout.endswith("ok\n")
    if not is_good:
        print(result.stdout + result.stderr)
    return is_good


def main() -> int:
    print("flash operations, with half of the last one done")
    is_good = flash_operations()
    print("writes of whole runs, with 0 to 8 eighths of the last one done", flush=True)
    gc.collect()
    gc.freeze()
    for scenario in SCENARIOS:
        try:
            found = cut_everywhere(scenario)
        except AssertionError as error:
            print(f"{scenario.name:12} {error}")
            is_good = False
            continue
        old, new = found["old"], found["new"]
        print(
            f"{scenario.name:12} cut at {found['cuts']:4} points:     "
            f"{old:4} old, {new:4} new, {found['cuts'] - old - new} other",
            flush=True,
        )
    print("every state is the old or the new one" if is_good else "FAILED")
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
