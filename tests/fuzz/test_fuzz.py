"""A short run of every fuzz target: the corpus, its mutations, and what hypothesis makes (I8).

`make fuzz` runs them for as long as it is told, led by coverage.
"""

import random
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.corpus import mutated, seeds
from tests.fuzz.targets import TARGETS

Target = Callable[[bytes], None]
SLOW = ("handlers", "requests")
EACH = pytest.mark.parametrize(("name", "target"), TARGETS.items(), ids=list(TARGETS))


@EACH
def test_the_corpus_and_its_mutations_pass(name: str, target: Target) -> None:
    chance = random.Random(name)
    for seed in seeds(name):
        target(seed)
        for _ in range(4 if name in SLOW else 40):
            target(mutated(seed, chance))


@EACH
def test_any_bytes_pass(name: str, target: Target) -> None:
    examples = 40 if name in SLOW else 150

    @settings(max_examples=examples, deadline=None, derandomize=True, database=None,
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(st.binary(max_size=300))
    def run(data: bytes) -> None:
        target(data)

    run()
