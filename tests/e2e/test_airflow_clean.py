"""`ops__airflow_retention` on a real metadata database: old runs go, young ones and DAGs stay."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest

from include.orchestration.dag_builders.airflow_retention import build_airflow_retention_dag
from tests.conftest import new_warehouse

ROOT = Path(__file__).resolve().parents[2]
RUNS = """
    insert into dag_run (dag_id, run_id, run_type, state, queued_at, run_after, start_date,
        end_date, clear_number, log_template_id, span_status)
    select 'ingest__shop__till', 'run-' || days, 'scheduled', 'success', at, at, at, at, 0, 1,
        'ended'
    from unnest(%(days)s::int[]) as days,
        lateral (select now() - make_interval(days => days)) as a (at)
"""
LOGS = """
    insert into log (dttm, event)
    select now() - make_interval(days => days), 'e' || days from unnest(%(days)s::int[]) as days
"""
DAYS = {"days": [1, 29, 31, 400]}


@pytest.fixture
def metadata(
    postgres_url: str, warehouse_role: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    with new_warehouse(postgres_url, warehouse_role) as url:
        place = url.replace("postgresql:", "postgresql+psycopg2:")
        environment = {
            **os.environ,
            "AIRFLOW_HOME": str(tmp_path),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": place,
            "PYTHONPATH": str(ROOT),
        }
        command = [sys.executable, "-m", "airflow", "db", "migrate"]
        subprocess.run(command, env=environment, check=True, capture_output=True, timeout=300)
        monkeypatch.setenv("AIRFLOW_HOME", str(tmp_path))
        monkeypatch.setenv("AIRFLOW_CONN_AIRFLOW_METADATA", url)
        yield url


def test_what_is_older_than_thirty_days_goes_and_nothing_else(metadata: str) -> None:
    """The command was only ever seen by its parser; a table it cannot clean ends it half-way."""
    with psycopg.connect(metadata) as connection:
        connection.execute(RUNS, DAYS)
        connection.execute(LOGS, DAYS)
    dag = build_airflow_retention_dag()
    context = {"params": {"days": 30}, "dag": dag, "dag_run": SimpleNamespace(conf={})}
    dag.get_task("clean").execute(context)
    with psycopg.connect(metadata) as connection:
        runs = connection.execute("select run_id from dag_run order by 1").fetchall()
        logs = connection.execute("select event from log where event ~ '^e[0-9]+$' order by 1")
        archives = connection.execute(
            "select tablename from pg_tables where tablename like '\\_airflow\\_deleted%'"
        ).fetchall()
        assert runs == [("run-1",), ("run-29",)]
        assert logs.fetchall() == [("e1",), ("e29",)]
        assert archives == [], "what is deleted is not kept beside it"
