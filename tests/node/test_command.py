"""`stanchion exit run` with a package and a real node; only the device is a signer in memory."""

from contextlib import contextmanager

from stanchion.cli import exit as commands
from stanchion.cli import exit_tools
from stanchion.cli.main import app
from stanchion.exits.exit_package import encode_package
from typer.testing import CliRunner

from tests.exits.helpers import give_coins, make_batch, make_owner


def test_a_package_and_a_node_are_enough_to_leave(world, tmp_path, monkeypatch):
    owner = make_owner()
    give_coins(world, owner, 50_000)
    (plan,) = make_batch(world, owner, 2, wanted=1).plans
    package = tmp_path / "leave.json"
    package.write_text(encode_package("bcrt", [plan.to_json()]))

    @contextmanager
    def this_signer(_options):
        yield owner

    monkeypatch.setattr(exit_tools, "open_signer", this_signer)
    monkeypatch.setattr(commands, "pause", lambda _seconds: world.mine())
    source = ["--node", world.url, "--cookie", str(world.cookie), "--fee-rate", "3"]
    result = CliRunner().invoke(app, ["exit", *source, "run", str(package)])
    assert result.exit_code == 0 and "claimed, done" in result.output, result.output
    assert world.tx_status(world.spender(plan.vtxo_id).txid).confirmed
