"""Airflow's own database is cleaned by Airflow's own command, from a task that has no database."""

import subprocess
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.cli.cli_parser import get_parser
from airflow.sdk.exceptions import AirflowSkipException
from airflow.utils.db_cleanup import config_dict

import include.orchestration.dag_builders.airflow_retention as cleaning
import include.orchestration.dag_builders.ops as ops
from include.core.errors import WarehouseError
from tests.dags.conftest import TENANT

URL = "postgresql://airflow:s3cret@db.example:5432/airflow"


def _context(dag: Any) -> dict[str, Any]:
    return {"params": {"days": 30}, "dag": dag, "dag_run": SimpleNamespace(conf={})}


def _clean(monkeypatch: pytest.MonkeyPatch, code: int = 0) -> list[dict[str, Any]]:
    """Run the task with a made-up `airflow`; what it was called with."""
    called: list[dict[str, Any]] = []

    def run(command: list[str], **options: Any) -> Any:
        called.append({"command": command, **options})
        return SimpleNamespace(returncode=code, stderr="first\nlock timeout\n")

    monkeypatch.setattr(subprocess, "run", run)
    dag = cleaning.build_airflow_retention_dag()
    dag.get_task("clean").execute(_context(dag))
    return called


def test_airflow_understands_the_command_and_knows_every_table() -> None:
    arguments = get_parser().parse_args(cleaning.build_command(30)[3:])
    assert arguments.yes
    assert arguments.skip_archive
    assert set(arguments.tables) == set(cleaning.TABLES) <= set(config_dict)
    assert not {"dag", "dag_version"} & set(cleaning.TABLES)


def test_the_address_comes_from_the_connection(monkeypatch) -> None:
    """A task's own environment says `airflow-db-not-allowed`."""
    monkeypatch.setenv("AIRFLOW_CONN_AIRFLOW_METADATA", URL)
    monkeypatch.setenv("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", "airflow-db-not-allowed:///")
    [call] = _clean(monkeypatch)
    said = call["env"]["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"]
    assert said == URL.replace("postgresql:", "postgresql+psycopg2:")
    assert "s3cret" not in " ".join(call["command"])


def test_without_a_connection_nothing_is_deleted_and_it_says_so(monkeypatch) -> None:
    with pytest.raises(AirflowSkipException, match="airflow_metadata"):
        _clean(monkeypatch)


def test_a_failed_cleaning_is_a_failed_task(monkeypatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_AIRFLOW_METADATA", URL)
    with pytest.raises(WarehouseError, match="lock timeout"):
        _clean(monkeypatch, code=1)


def test_a_shared_ledger_is_cleaned_once(write_platform, monkeypatch) -> None:
    """Each of a thousand tenants deleted the same rows of the same tables again."""
    texts = {
        name: TENANT.replace("tenant: shop", f"tenant: {name}") for name in ("shop", "aa", "other")
    }
    texts["other"] += "destination: {connection: other__dw}\n"
    platform = write_platform(**texts)
    cleaned: list[tuple[str, list[str]]] = []
    monkeypatch.setattr(ops, "build_warehouse", lambda tenant: tenant.id)
    monkeypatch.setattr(
        "include.pipeline.retention.run_retention",
        lambda warehouse, days, zones: cleaned.append((warehouse, sorted(zones))),
    )
    for tenant in platform.tenants:
        ops.run_tenant_retention(tenant, {"params": {"days": 90}})
    assert cleaned == [("aa", ["aa", "shop"]), ("other", ["other"])]
