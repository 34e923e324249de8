"""Runs test modules of this folder under MicroPython: `micropython tests/both/runner.py test_x`.

Prints one line a test (`ok <name>` or `FAIL <name>` with a traceback) and, last, `passed <n> of
<m>`; the exit code is 1 after any failure.
"""

import gc
import sys


def run(module_name: str) -> "tuple[int, int]":
    """(passed, total) of the `test_*` functions of `tests.both.<module_name>`."""
    module = getattr(__import__("tests.both." + module_name).both, module_name)
    names = sorted(name for name in dir(module) if name.startswith("test_"))
    passed = 0
    for name in names:
        gc.collect()
        try:
            getattr(module, name)()
        except Exception as error:  # noqa: BLE001 - a test may fail with anything
            print("FAIL", name)
            sys.print_exception(error)
        else:
            print("ok", name)
            passed += 1
    return passed, len(names)


if __name__ == "__main__":
    done, total = run(sys.argv[1])
    print(f"passed {done} of {total}")
    sys.exit(0 if total and done == total else 1)
