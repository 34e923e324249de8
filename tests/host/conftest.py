"""Fixtures of the host tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from stanchion.chain.embedded import EmbeddedChain

import tests.both.conftest  # noqa: F401 - puts the firmware on the path
from tests.host.batch_world import World


@pytest.fixture(scope="module")
def chain() -> Iterator[EmbeddedChain]:
    """One chain for all tests of a module; each test funds what it needs."""
    with EmbeddedChain() as embedded:
        yield embedded


@pytest.fixture
def world(chain: EmbeddedChain) -> World:
    return World(chain)
