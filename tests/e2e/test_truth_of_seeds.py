"""The marts equal the truth in other worlds than the one all other tests live in.

Seed 7 is `tests/integration/test_truth.py`. Each of the others loads and builds everything anew,
one to two minutes on two quiet cores: too long for `make test`.
"""

import json
from pathlib import Path

import psycopg
import pytest

from include.sandbox.generate import run_generate
from include.sandbox.testing import SEEDS
from include.sandbox.world import SIZES, WorldSpec
from tests.conftest import new_warehouse
from tests.integration.truth_case import SOURCES, build_known, fetch_revenue, run_world


@pytest.mark.parametrize("seed", SEEDS[1:])
def test_revenue_of_a_seed_equals_its_truth(
    seed: int, postgres_url: str, warehouse_role: str, tmp_path: Path
) -> None:
    spec = WorldSpec(size=SIZES["small"], seed=seed)
    run_generate(spec, tmp_path)
    revenue = json.loads((tmp_path / "truth.json").read_text(encoding="utf-8"))["revenue"]
    with new_warehouse(postgres_url, warehouse_role) as url:
        run_world(spec, tmp_path, url)
        with psycopg.connect(url, autocommit=True) as connection:
            for tenant, source in SOURCES:
                known = build_known(revenue[tenant][source]["total"], source)
                assert fetch_revenue(connection, tenant, source) == known, (tenant, source)
