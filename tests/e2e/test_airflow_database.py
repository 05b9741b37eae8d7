"""Airflow's own database, a real one: cleaned as every night, restored as the runbook has it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest

from include.orchestration.dag_builders.airflow_retention import build_airflow_retention_dag
from tests.conftest import new_warehouse
from tests.integration.test_backup import run_program

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


# 32 bytes in URL-safe base64; connections are sealed with it.
KEY = "a2V5IG9mIGEgdGVzdCwgMzIgYnl0ZXMgaW4gYWxsISE="


def _airflow(environment: Mapping[str, str], *words: str) -> str:
    command = [sys.executable, "-m", "airflow", *words]
    done = subprocess.run(
        command, env=environment, check=True, capture_output=True, text=True, timeout=300
    )
    return done.stdout


def _environment(url: str, home: Path) -> dict[str, str]:
    return {
        **os.environ,
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__FERNET_KEY": KEY,
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": url.replace("postgresql:", "postgresql+psycopg2:"),
        "PYTHONPATH": str(ROOT),
    }


@pytest.fixture
def metadata(
    postgres_url: str, warehouse_role: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    with new_warehouse(postgres_url, warehouse_role) as url:
        _airflow(_environment(url, tmp_path), "db", "migrate")
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


def test_a_restored_database_has_its_runs_and_can_read_its_connections(
    metadata: str, postgres_url: str, tmp_path: Path
) -> None:
    """Dump, wipe, restore: Airflow takes it as its own, and the Fernet key kept beside it opens
    what was sealed."""
    database, file = metadata.rsplit("/", 1)[1], str(tmp_path / "airflow.dump")
    environment = _environment(metadata, tmp_path)
    words = ["--conn-type", "generic", "--conn-password", "s3cret"]
    _airflow(environment, "connections", "add", "shop__till", *words)
    with psycopg.connect(metadata) as connection:
        connection.execute(RUNS, DAYS)
        [sealed] = connection.execute("select password from connection").fetchall()
    assert "s3cret" not in str(sealed)
    run_program("pg_dump", postgres_url, "--format=custom", f"--file={file}", database)
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"drop database {database} with (force)")
        connection.execute(f"create database {database} owner warehouse")
    run_program("pg_restore", postgres_url, "--exit-on-error", f"--dbname={database}", file)
    _airflow(environment, "db", "check-migrations", "--migration-wait-timeout", "0")
    found = _airflow(environment, "connections", "get", "shop__till", "-o", "json")
    assert json.loads(found[found.index("[") :])[0]["password"] == "s3cret"
    with psycopg.connect(metadata) as connection:
        assert connection.execute("select count(*) from dag_run").fetchone() == (len(DAYS["days"]),)
