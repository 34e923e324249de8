"""Runs one vector file with one check module; the same file on CPython and on MicroPython.

`<python> tests/conformance/worker.py <check> <file>` prints one JSON list a case:
[case name, "" or the reason of the failure], or [case name, null] where the vector gives nothing to
run (`cases` gave None as the case). Last line: ["end", number of cases].
"""

import gc
import json
import sys

from tests.conformance.mismatch import Mismatch


def load_check(name: str):  # type: ignore[no-untyped-def]
    return getattr(__import__("tests.conformance.checks." + name).conformance.checks, name)


def reason_of_failure(check, case) -> str:  # type: ignore[no-untyped-def]
    """Empty if the case holds. Anything but a Mismatch is our fault and is reported as such."""
    try:
        check(case)
    except Mismatch as error:
        return str(error)
    except Exception as error:  # noqa: BLE001 - a crash in one case must not hide the others
        if hasattr(sys, "print_exception"):
            sys.print_exception(error, sys.stderr)
        else:
            sys.excepthook(type(error), error, error.__traceback__)
        return f"{type(error).__name__}: {error}"
    return ""


def run(check_name: str, path: str) -> None:
    with open(path) as file:
        document = json.load(file)
    module = load_check(check_name)
    count = 0
    for name, case in module.cases(document):
        gc.collect()
        reason = None if case is None else reason_of_failure(module.check, case)
        print(json.dumps([name, reason]))
        count += 1
    print(json.dumps(["end", count]))


if __name__ == "__main__":
    run(sys.argv[1], sys.argv[2])
