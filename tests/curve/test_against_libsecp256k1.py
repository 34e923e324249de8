"""10,000 pseudo-random operations: the device's curve gives the bytes that libsecp256k1 gives."""

import pytest

from tests.both import random_cases
from tests.micropython import micropython


@pytest.mark.parametrize("start", range(0, 10_000, 2_500))
def test_device_curve_agrees_with_libsecp256k1(start: int) -> None:
    call = f"from tests.both import random_cases as r; print(r.digest({start}, {start + 2500}))"
    result = micropython(["-c", call])
    assert result.stdout.strip() == random_cases.digest(start, start + 2500), result.stderr
