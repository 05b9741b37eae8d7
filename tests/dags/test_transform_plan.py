"""What the first task of a transform skips, by what there is to build."""

from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk.exceptions import DownstreamTasksSkipped

from include.orchestration.dag_builders.transform import build_transform_dag
from include.orchestration.operators import wait_for_feeds
from include.pipeline.dbt.plan import BuildPlan
from tests.dags.conftest import TENANT
from tests.dags.test_transform_graph import NODES, _write_project


@pytest.fixture
def run(tmp_path, monkeypatch: pytest.MonkeyPatch, write_platform):
    _write_project(tmp_path, NODES)
    monkeypatch.setenv("ELT_DBT_PROJECT_DIR", str(tmp_path / "dbt"))
    monkeypatch.setenv("ELT_DBT_MANIFEST", str(tmp_path / "manifest.json"))
    tenant = write_platform(shop=TENANT + "render: models\n").tenant("shop")
    task = build_transform_dag(tenant).get_task("wait_for_feeds")
    monkeypatch.setattr(wait_for_feeds, "load_one_tenant", lambda name: tenant)
    monkeypatch.setattr(wait_for_feeds, "build_warehouse", lambda tenant: None)

    def plan(nodes: dict[str, str] | None, kind: str = "asset_triggered") -> tuple[set[str], dict]:
        """Ids of the skipped tasks, and what was pushed."""
        found = BuildPlan("because", "f", {}, nodes)
        monkeypatch.setattr("include.pipeline.dbt.plan.fetch_plan", lambda *a, **k: found)
        pushed: dict[str, Any] = {}
        ti = SimpleNamespace(task=task, xcom_push=lambda key, value: pushed.update({key: value}))
        context = {"ti": ti, "params": {}, "dag_run": SimpleNamespace(run_type=kind)}
        try:
            task.run_plan(context, {"late": []})
        except DownstreamTasksSkipped as skip:
            return set(skip.tasks), pushed
        return set(), pushed

    return plan


def test_models_that_are_not_planned_are_skipped_at_once(run) -> None:
    """Each started in the triggerer to say that it was not built: as dear as being built."""
    skipped, pushed = run({"model.elt.fct_orders": "models/marts/core/fct_orders.sql"})
    assert skipped == {"staging.stg_till__sales", "marts.int_orders", "marts.dim_date"}
    assert pushed["return_value"] == {"late": []}, "Airflow pushes it only where nothing is skipped"
    assert set(pushed["plan"]["nodes"]) == {"model.elt.fct_orders"}


def test_a_build_of_everything_skips_nothing(run) -> None:
    assert run(None)[0] == set()


def test_nothing_to_build_skips_all_but_the_checks_a_person_asked_for(run) -> None:
    everything = {
        *("staging.stg_till__sales", "marts.int_orders", "marts.dim_date", "marts.fct_orders"),
        *("dbt_build", "check_marts"),
    }
    assert run({})[0] == everything
    assert run({}, "manual")[0] == everything - {"check_marts"}
