"""Every test of tests/both holds on MicroPython too, where the device runs the same modules.

Invariant: shared code means the same on both interpreters. See tests/both/README.md.
"""

from pathlib import Path

import pytest

from tests.micropython import ROOT, micropython

FILES = sorted((ROOT / "tests" / "both").glob("test_*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_holds_on_micropython(path: Path) -> None:
    result = micropython(["tests/both/runner.py", path.stem])
    assert result.returncode == 0, result.stdout[-6000:] + result.stderr[-2000:]
