"""The signer's modules in this process, on the host's curve."""

import gc

import pytest

import tests.both.conftest  # noqa: F401 - puts the firmware on the path


@pytest.fixture(autouse=True, scope="session")
def short_collections() -> None:
    """The dispatcher collects garbage after every request; pytest's own need not be searched."""
    gc.collect()
    gc.freeze()
