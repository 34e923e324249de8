"""A leaf of 128 leaves over a real node: eight packages, a bump, a reorg, processes killed (I10).

Default policy judges every package: TRUC, ephemeral anchors, package relay, replacement.
"""

import json
import signal
import subprocess
import sys

from tests.exits.story import NEVER, set_stage, tell
from tests.micropython import ROOT

PASS_SECONDS = 120


def test_an_exit_survives_a_fee_bump_a_reorg_and_kills_at_every_step(world, tmp_path):
    stage = set_stage(world, tmp_path / "exits.json")
    request = {
        "url": world.url,
        "cookie": str(world.cookie),
        "store": str(stage.store_path),
        "plan": stage.plan.to_json(),
    }
    path = tmp_path / "request.json"
    killed = []

    def run(command, rate, crash):
        path.write_text(json.dumps({**request, "command": command, "rate": rate, "crash": crash}))
        ended = subprocess.run(
            [sys.executable, "-m", "tests.node.one_pass", str(path)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=PASS_SECONDS,
            check=False,
        )
        assert ended.returncode in (0, -signal.SIGKILL), ended.stderr
        assert crash != NEVER or ended.returncode == 0
        killed.append(ended.returncode != 0)

    tell(stage, run)
    assert sum(killed) > len(stage.plan.steps)
