# ruff: noqa: TID251  the DAG processor writes Airflow's database; the SDK cannot
"""A DAG that Airflow takes for active after its last run has ended gets runs again."""

from collections.abc import Iterator

import pytest
from airflow import settings
from airflow.models import import_all_models
from airflow.models.base import Base
from airflow.models.dag import DagModel
from airflow.models.dagbundle import DagBundleModel
from airflow.models.dagrun import DagRun
from airflow.utils.session import create_session
from airflow.utils.state import DagRunState
from airflow.utils.types import DagRunType
from sqlalchemy import delete

from include.core.clock import utcnow
from include.orchestration.dag_files import bundle
from include.orchestration.dag_files.held import run_release_held

BUNDLES = ("tenants", "elsewhere")


@pytest.fixture(autouse=True)
def _tables() -> Iterator[None]:
    """Airflow's own tables, in the tests' own home."""
    settings.configure_orm()
    import_all_models()
    Base.metadata.create_all(settings.engine)
    with create_session() as session:
        session.add_all([DagBundleModel(name=name) for name in BUNDLES])
    yield
    with create_session() as session:
        for model in (DagRun, DagModel, DagBundleModel):
            session.execute(delete(model))


def put(dag_id: str, *runs: tuple[DagRunState, DagRunType], most: int = 1, **more: object) -> None:
    """A DAG that Airflow holds for full, and its runs."""
    with create_session() as session:
        dag = {"bundle_name": "tenants", "max_active_runs": most, "exceeds_max_non_backfill": True}
        session.add(DagModel(dag_id=dag_id, fileloc=f"/{dag_id}.py", **{**dag, **more}))
        for number, (state, kind) in enumerate(runs):
            run = DagRun(dag_id=dag_id, run_id=f"run-{number}", run_type=kind, run_after=utcnow())
            run.state = state
            session.add(run)


def held() -> set[str]:
    with create_session() as session:
        found = session.query(DagModel.dag_id).filter(DagModel.exceeds_max_non_backfill.is_(True))
        return {dag_id for (dag_id,) in found}


def test_a_dag_is_held_as_long_as_its_runs_are_active() -> None:
    done, running = DagRunState.SUCCESS, DagRunState.RUNNING
    put("parsed_as_its_run_ended", (done, DagRunType.MANUAL))
    put("its_run_was_deleted")
    put("marked_by_hand", (DagRunState.FAILED, DagRunType.SCHEDULED))
    put("only_a_backfill_runs", (running, DagRunType.BACKFILL_JOB))
    put("one_of_two", (running, DagRunType.MANUAL), most=2)
    put("runs", (done, DagRunType.MANUAL), (running, DagRunType.ASSET_TRIGGERED))
    put("waits", (DagRunState.QUEUED, DagRunType.SCHEDULED))
    put("of_another_bundle", bundle_name="elsewhere")
    released = run_release_held("tenants")
    assert released == sorted((
        *("its_run_was_deleted", "marked_by_hand", "one_of_two"),
        *("only_a_backfill_runs", "parsed_as_its_run_ended"),
    ))  # fmt: skip
    assert held() == {"runs", "waits", "of_another_bundle"}
    assert run_release_held("tenants") == []


def test_the_bundle_asks_each_time_it_looks_and_outlives_a_silent_database(
    write_platform, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    write_platform()
    monkeypatch.setattr("sys.argv", ["airflow", "dag-processor"])
    monkeypatch.setattr(bundle, "_sync", lambda: None)
    put("its_run_was_deleted")
    found = bundle.TenantDagBundle(name="tenants")
    found.refresh()
    assert held() == set()
    assert "its_run_was_deleted" in caplog.text
    monkeypatch.setattr(
        "include.orchestration.dag_files.held.create_session",
        lambda: (_ for _ in ()).throw(OSError("no route")),
    )
    found.refresh()
    assert "held DAGs were not looked for: OSError" in caplog.text
