"""Which DAGs exist: exactly those the files ask for, and never fewer because of somebody else."""

from pathlib import Path

import pytest
import yaml
from airflow.utils.file import might_contain_dag_via_default_heuristic

from include.config.settings import DEMO_TENANTS
from tests.dags.conftest import DAG_FILES, ROOT, TENANT, dags_of

OPS = {
    "ops__airflow_retention",
    "ops__alerts",
    "ops__dbt_docs",
    "ops__quality_report",
    "ops__identity_rebuild",
    "ops__retention",
    "ops__webhook_drain",
    "ops__weekly_report",
}


def _expected_from_yaml() -> set[str]:
    """The DAG ids as a reader of the YAML would write them down, without our configuration code."""
    found = set(OPS)
    for path in DEMO_TENANTS.glob("*.yaml"):
        tenant = yaml.safe_load(path.read_text())
        feeds = {n for n, block in tenant["feeds"].items() if block.get("enabled", True)}
        found |= {f"ingest__{tenant['tenant']}__{name}" for name in feeds}
        swept = {n for n in feeds if tenant["feeds"][n].get("sweep_schedule")}
        found |= {f"sweep__{tenant['tenant']}__{name}" for name in swept}
        found.add(f"transform__{tenant['tenant']}")
    return found


def test_the_dags_are_exactly_those_of_the_tenant_files(all_dags: dict) -> None:
    expected = _expected_from_yaml()
    assert len(expected) > len(OPS) + 2
    assert any(dag_id.startswith("sweep__") for dag_id in expected)
    assert set(all_dags) == expected


@pytest.mark.parametrize("path", DAG_FILES, ids=lambda path: path.name)
def test_a_dag_file_is_short_and_passes_safe_mode(path: Path) -> None:
    """Safe mode skips, without a word, files that lack `dag` or `airflow`."""
    assert might_contain_dag_via_default_heuristic(str(path))
    assert len(path.read_text().splitlines()) <= 40


def test_a_task_process_builds_only_its_own_dag(all_dags: dict, monkeypatch) -> None:
    for dag_id, owner in [
        ("ingest__acme__stripe", "tenant_ingest.py"),
        ("sweep__acme__stripe", "tenant_ingest.py"),
        ("transform__corner", "tenant_transform.py"),
        ("ops__retention", "platform.py"),
    ]:
        assert dag_id in all_dags
        monkeypatch.setenv("_AIRFLOW_PARSING_CONTEXT_DAG_ID", dag_id)
        assert list(dags_of(ROOT / "dags" / owner)) == [dag_id]


def test_one_broken_tenant_is_red_and_the_others_are_untouched(write_platform) -> None:
    platform = write_platform(shop=TENANT, bad="tenant: bad\nname: Bad\nowner: x\nfeeds: {}\n")
    found = {id_ for path in DAG_FILES for id_ in dags_of(path)}
    assert found == OPS | {
        "broken__bad",
        "ingest__shop__drop",
        "ingest__shop__till",
        "transform__shop",
    }
    dag = dags_of(ROOT / "dags" / "tenant_quarantine.py")["broken__bad"]
    problems = [problem for problem in platform.problems if problem.path.name == "bad.yaml"]
    assert problems
    for problem in problems:
        assert str(problem) in (dag.doc_md or "")


def test_the_red_dag_fails_at_once_with_every_problem(write_platform) -> None:
    from include.core.errors import ConfigError

    platform = write_platform(bad="tenant: bad\nfeeds: {a: {nonsense: 1}}\n")
    dag = dags_of(ROOT / "dags" / "tenant_quarantine.py")["broken__bad"]
    task = dag.get_task("problems")
    with pytest.raises(ConfigError) as caught:
        task.execute({})
    assert len(platform.problems) > 1
    assert all(str(problem) in str(caught.value) for problem in platform.problems)
    assert task.retries == 0


def test_a_file_name_that_is_no_dag_id_still_becomes_a_red_dag(write_platform) -> None:
    """`My Shop.yaml` made the whole quarantine file fail to import: the id had a blank in it."""
    write_platform(**{"My Shop": "tenant: 1\n"})
    assert list(dags_of(ROOT / "dags" / "tenant_quarantine.py")) == ["broken__my_shop"]


def test_plugins_hold_one_python_file() -> None:
    """Airflow runs every .py below plugins/ as a module of its own, tests and helpers included."""
    assert [path.name for path in (ROOT / "plugins").rglob("*.py")] == ["elt_plugin.py"]
