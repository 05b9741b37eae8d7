"""Tasks of steps, between the models they read and the models that read their answer."""

from pathlib import Path
from unittest import mock

import pytest
from airflow.sdk import DAG

from include.orchestration.dag_builders.transform import build_transform_dag
from include.orchestration.operators.fit_models import FitModelsOperator
from include.orchestration.operators.resolve_identities import ResolveIdentitiesOperator
from include.pipeline.dbt.steps import FIT_NODE, RESOLVE_NODE
from include.pipeline.fits.fit import FitDone
from include.pipeline.identity.resolve import KindResolved
from tests.dags.conftest import TENANT
from tests.dags.test_transform_graph import _write_project

NODES = {
    "model.elt.stg_till__people": ("models/staging/till", ["source.elt.till.people"]),
    "model.elt.int_customers__gathered": (
        "models/intermediate/customers",
        ["model.elt.stg_till__people"],
    ),
    "model.elt.int_customers__resolved": (
        "models/intermediate/customers",
        ["model.elt.int_customers__gathered", "source.elt.identity.people"],
    ),
    "model.elt.int_purchases__daily": (
        "models/intermediate/purchases",
        ["model.elt.int_customers__resolved"],
    ),
    "model.elt.fct_customer_lifetime_value": (
        "models/marts/customers",
        ["model.elt.int_purchases__daily", "source.elt.fits.lifetime_models"],
    ),
    "model.elt.dim_date": ("models/marts/core", []),
}


@pytest.fixture
def dag(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write_platform) -> DAG:
    _write_project(tmp_path, NODES)
    monkeypatch.setenv("ELT_DBT_PROJECT_DIR", str(tmp_path / "dbt"))
    monkeypatch.setenv("ELT_DBT_MANIFEST", str(tmp_path / "manifest.json"))
    platform = write_platform(shop=TENANT + "render: models\n")
    return build_transform_dag(platform.tenant("shop"))


def test_it_stands_between_what_is_read_and_what_reads(dag: DAG) -> None:
    task = dag.get_task("resolve_identities")
    assert isinstance(task, ResolveIdentitiesOperator)
    assert task.unique_id == RESOLVE_NODE
    assert "marts.int_customers__gathered" in task.upstream_task_ids
    assert task.downstream_task_ids == {"marts.int_customers__resolved"}
    assert task.start_trigger_args.trigger_kwargs["unique_id"] == RESOLVE_NODE


def test_cleared_alone_it_resolves_alone_and_has_all_built_next(dag: DAG) -> None:
    """Marts would keep yesterday's people, for nothing in raw has changed."""
    task = dag.get_task("resolve_identities")
    place = "include.pipeline.identity.resolve.run_resolve_identities"
    done = [KindResolved("people", None, {"people": 1}, 0.1)]
    with (
        mock.patch("include.orchestration.operators.resolve_identities.load_one_tenant"),
        mock.patch("include.orchestration.operators.resolve_identities.build_warehouse"),
        mock.patch("include.ledger.builds.build_lock"),
        mock.patch("include.ledger.builds.run_forget_build") as forget,
        mock.patch(place, return_value=done) as resolve,
    ):
        task.run_alone({})
        assert resolve.call_args.kwargs == {"full": True}
        assert forget.call_count == 1
        resolve.return_value = [KindResolved("people", None, {"people": 0}, 0.1)]
        task.run_alone({})
    assert forget.call_count == 1


def test_fits_stand_between_what_they_read_and_what_reads_them(dag: DAG) -> None:
    task = dag.get_task("fit_models")
    assert isinstance(task, FitModelsOperator)
    assert task.unique_id == FIT_NODE
    assert "marts.int_purchases__daily" in task.upstream_task_ids
    assert task.downstream_task_ids == {"marts.fct_customer_lifetime_value"}


def test_fits_cleared_alone_are_made_anew_and_marts_follow(dag: DAG) -> None:
    task = dag.get_task("fit_models")
    place = "include.pipeline.fits.fit.run_fit_models"
    done = [FitDone("lifetime", {"lifetime_models": 1}, 0.1)]
    with (
        mock.patch("include.orchestration.operators.fit_models.load_one_tenant"),
        mock.patch("include.orchestration.operators.fit_models.build_warehouse"),
        mock.patch("include.ledger.builds.build_lock"),
        mock.patch("include.ledger.builds.run_forget_build") as forget,
        mock.patch(place, return_value=done) as fit,
    ):
        task.run_alone({})
        assert fit.call_args.kwargs == {"full": True}
        assert forget.call_count == 1
        fit.return_value = [FitDone("lifetime", None, 0.1)]
        task.run_alone({})
    assert forget.call_count == 1
