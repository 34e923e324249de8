import pytest
from stanchion.chain.embedded import EmbeddedChain
from stanchion.exits.store import MemoryExitStore

from tests.exits.helpers import give_coins, make_batch, make_exits, make_owner


@pytest.fixture
def chain():
    with EmbeddedChain() as running:
        yield running


@pytest.fixture
def owner(chain):
    """An owner with two confirmed coins for fees."""
    owner = make_owner()
    give_coins(chain, owner, 50_000, 40_000)
    return owner


@pytest.fixture
def batch(chain, owner):
    """Four VTXOs, each three transactions deep."""
    return make_batch(chain, owner, 4)


@pytest.fixture
def store():
    return MemoryExitStore()


@pytest.fixture
def exits(chain, owner, store):
    return make_exits(chain, owner, store)


@pytest.fixture
def plan(batch, exits):
    """A VTXO of the batch whose exit was started."""
    exits.start_exits(batch.plans[:1])
    return batch.plans[0]
