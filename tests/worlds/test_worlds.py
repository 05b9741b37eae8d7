"""People and products of made-up worlds, hard as life: the engine against the truth."""

import pytest

from include.sandbox.world import SIZES, WorldSpec
from tests.truth.row import TARGETS
from tests.truth.world import measure_world
from tests.worlds.seeds import SEEDS


@pytest.mark.parametrize("seed", SEEDS)
def test_people_of_a_world_reach_the_targets(seed: int) -> None:
    """Engine and sandbox alone; `make truth` measures the whole way through a warehouse."""
    found = measure_world(WorldSpec(size=SIZES["small"], seed=seed), ("people",)).total("people")
    assert found.true > 400
    assert found.f1 >= TARGETS["people", "pairwise F1"]
    assert found.purity >= TARGETS["people", "cluster purity"]
    assert found.share_whole >= TARGETS["people", "whole"]


@pytest.mark.parametrize("seed", SEEDS)
def test_products_of_a_world_reach_the_target(seed: int) -> None:
    found = measure_world(WorldSpec(size=SIZES["small"], seed=seed), ("products",))
    assert found.total("products").f1 >= 0.95
