"""Tests against a real bitcoind; `make test-node` builds it (tools/build_bitcoind.py).

Where it is not built, nothing here is collected, and a loud line at the end says so.
"""

from pathlib import Path

import pytest

from tests.node.regtest import RegtestNode
from tools.build_bitcoind import built

HERE = Path(__file__).parent


def pytest_ignore_collect(collection_path):
    if collection_path.name.startswith("test_") and HERE in collection_path.parents:
        return built() is None or None
    return None


def pytest_terminal_summary(terminalreporter):
    if built() is None:
        line = "NO REAL NODE WAS TESTED: bitcoind is not built, run `make test-node`"
        terminalreporter.write_line(line, red=True, bold=True)


@pytest.fixture
def world(tmp_path):
    with RegtestNode(built(), tmp_path / "node") as node:
        yield node
