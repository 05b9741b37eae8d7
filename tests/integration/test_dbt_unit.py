"""The models' own unit tests, on empty raw tables of every connector, as the demo tenant of all."""

from pathlib import Path

import psycopg
import pytest

from include.transform.selection import build_exclusion
from include.transform.variables import build_sources_by_concept
from tests.integration import dbt_project

TENANT = "every"


@pytest.fixture(scope="module")
def variables() -> dict[str, object]:
    return {
        "tenant": TENANT,
        "tenant_currency": "USD",
        "tenant_timezone": "UTC",
        "sources_by_concept": build_sources_by_concept(
            (name, spec.concepts) for name, spec in dbt_project.connectors().items()
        ),
        "feeds": sorted(dbt_project.connectors()),
    }


def test_empty_inputs_build_and_unit_tests_hold(
    warehouse: str, tmp_path: Path, variables: dict[str, object]
) -> None:
    with psycopg.connect(warehouse, autocommit=True) as connection:
        dbt_project.run_create_raw(connection, TENANT, sorted(dbt_project.connectors()))
    exclusion = ("--exclude", *build_exclusion())
    built = dbt_project.run_dbt(warehouse, tmp_path, "build", *exclusion, variables=variables)
    kinds = [result["unique_id"].split(".")[0] for result in built.values()]
    assert kinds.count("model") == len(list((dbt_project.PROJECT / "models").rglob("*.sql")))
    assert kinds.count("test") >= 100
    assert "unit_test" not in kinds

    only_unit = ("--select", "test_type:unit")
    tested = dbt_project.run_dbt(warehouse, tmp_path, "test", *only_unit, variables=variables)
    assert {result["status"] for result in tested.values()} == {"pass"}
    assert len({result["unique_id"] for result in tested.values()}) >= 29
