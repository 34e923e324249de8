"""The power goes at every write of a batch, an exit and a compaction (I1, I2, I5, I9)."""

import pytest

from tests.power.runs import SCENARIOS, Scenario, cut_everywhere


@pytest.mark.parametrize("scenario", SCENARIOS, ids=[one.name for one in SCENARIOS])
def test_the_state_after_a_cut_is_the_old_or_the_new_one(scenario: Scenario) -> None:
    found = cut_everywhere(scenario, (4, 8))
    assert found["cuts"] == found["old"] + found["new"] > 0
