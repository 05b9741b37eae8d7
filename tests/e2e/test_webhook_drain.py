"""`ops__webhook_drain` run by Airflow itself, without servers: mapped tasks, one of them broken."""

import json
import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from include.core.webhook_event import EventPaths, build_event
from tests.webhook_inbox import receive_event

ROOT = Path(__file__).resolve().parents[2]
TENANT = """
tenant: {name}
name: {name}
owner: o
feeds:
  hooks:
    connector: webhook
    start_date: 2026-01-01
    options: {{verify: hmac, streams: {{orders: {{events: ["order.*"], records_path: data}}}}}}
"""


@pytest.fixture
def environment(tmp_path: Path, warehouse: str) -> dict[str, str]:
    tenants = tmp_path / "tenants"
    tenants.mkdir()
    for name in ("aaa", "bbb"):
        (tenants / f"{name}.yaml").write_text(TENANT.format(name=name))
    return {
        **os.environ,
        "AIRFLOW_HOME": str(tmp_path / "airflow"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(tmp_path / "plugins"),
        "AIRFLOW_CONN_AAA__HOOKS": json.dumps({"conn_type": "generic", "password": "whsec"}),
        "ELT_TENANTS_DIR": str(tenants),
        "ELT_STATE_DIR": str(tmp_path / "state"),
        "PYTHONPATH": str(ROOT),
        "WAREHOUSE_URL": warehouse,
    }


def airflow(environment: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).parent / "airflow"), *words]
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=300, check=False
    )


def test_a_tenant_without_its_connection_keeps_nobody_back(
    environment: dict[str, str], warehouse: str
) -> None:
    for tenant in ("aaa", "bbb"):
        body = {"id": "e1", "type": "order.created", "at": "2026-05-01", "data": {"id": "1"}}
        event = build_event({}, json.dumps(body).encode(), EventPaths("id", "type", "at"))
        assert receive_event(warehouse, tenant, "hooks", event)
    assert airflow(environment, "db", "migrate").returncode == 0
    done = airflow(environment, "dags", "test", "ops__webhook_drain")
    assert done.returncode != 0 and "no connection `bbb__hooks`" in done.stdout + done.stderr
    with psycopg.connect(warehouse) as connection:
        states = connection.execute("select tenant, state from elt_ops.inbox order by 1").fetchall()
        rows = connection.execute("select id, event_id from aaa_raw_webhook.orders").fetchall()
        runs = connection.execute("select distinct dag_id from elt_ops.loads").fetchall()
    assert states == [("aaa", "drained"), ("bbb", "new")]
    assert rows == [("1", "e1")]
    assert runs == [("ops__webhook_drain",)]
