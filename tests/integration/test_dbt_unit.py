"""The models' own unit tests, on empty raw tables of every connector, as the demo tenant of all."""

import re
from pathlib import Path
from typing import Any

import psycopg
import pytest

from include.transform.selection import build_exclusion
from include.transform.variables import build_manifest_vars, build_sources_by_concept
from tests.contract.dbt_renderer import Renderer
from tests.integration import dbt_project

TENANT = "every"
VARIABLES: dict[str, object] = {
    **build_manifest_vars({}),
    "tenant": TENANT,
    "tenant_currency": "USD",
    "tenant_timezone": "UTC",
    "sources_by_concept": build_sources_by_concept(
        (name, spec.concepts) for name, spec in dbt_project.connectors().items()
    ),
    "feeds": sorted(dbt_project.connectors()),
}
MODELS = sorted((dbt_project.PROJECT / "models").rglob("*.sql"))


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("target")


@pytest.fixture(scope="module")
def built(warehouse: str, target: Path) -> dict[str, dict[str, Any]]:
    """Results of a build on empty raw tables of every connector."""
    with psycopg.connect(warehouse, autocommit=True) as connection:
        dbt_project.run_create_raw(connection, TENANT, sorted(dbt_project.connectors()))
    exclusion = ("--exclude", *build_exclusion())
    return dbt_project.run_dbt(warehouse, target, "build", *exclusion, variables=VARIABLES)


def test_empty_inputs_build(built: dict[str, dict[str, Any]]) -> None:
    kinds = [result["unique_id"].split(".")[0] for result in built.values()]
    assert kinds.count("model") == len(MODELS)
    assert kinds.count("test") >= 100
    assert "unit_test" not in kinds


@pytest.mark.usefixtures("built")
def test_unit_tests_hold(warehouse: str, target: Path) -> None:
    only_unit = ("--select", "test_type:unit")
    tested = dbt_project.run_dbt(warehouse, target, "test", *only_unit, variables=VARIABLES)
    assert {result["status"] for result in tested.values()} == {"pass"}
    assert len({result["unique_id"] for result in tested.values()}) >= 29


@pytest.mark.usefixtures("built")
def test_sql_judged_for_other_warehouses_is_what_dbt_compiles(target: Path) -> None:
    """The portability tests read models without dbt; for PostgreSQL both must say the same."""
    ours = Renderer("postgres", VARIABLES)
    differing = []
    for path in MODELS:
        compiled = target / "compiled" / "elt" / path.relative_to(dbt_project.PROJECT)
        if _plain(compiled.read_text()) != _plain(ours.render(path.read_text())):
            differing.append(path.stem)
    assert differing == []


def _plain(sql: str) -> str:
    """Without the schemas of relations and without layout."""
    return " ".join(re.sub(r'(?:"\w+"\.)+"(\w+)"|(?:models|raw_\w+)\.(\w+)', r"\1\2", sql).split())
