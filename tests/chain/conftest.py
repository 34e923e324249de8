import pytest
from stanchion.chain.embedded import EmbeddedChain


@pytest.fixture
def chain():
    with EmbeddedChain() as running:
        yield running
