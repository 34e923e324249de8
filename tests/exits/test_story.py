"""A leaf of 128 leaves through a fee bump, a reorg and crashes at every step, in process.

tests/node tells the same story to a real node, with processes that are really killed.
"""

import pytest

from tests.exits.story import do_one_thing, set_stage, tell


class Killed(BaseException):
    """The end of the process that was at work."""


def die():
    raise Killed


@pytest.mark.slow
def test_an_exit_survives_a_fee_bump_a_reorg_and_a_crash_at_every_step(chain, tmp_path):
    stage = set_stage(chain, tmp_path / "exits.json")
    record = stage.plan.to_json()

    def run(command, rate, crash):
        try:
            do_one_thing(chain, stage.store_path, record, command, rate, crash, die)
        except Killed:
            return

    tell(stage, run)
