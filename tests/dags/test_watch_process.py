"""`elt watch` as it runs: from a failed row of the ledger to a receiver, and to its end."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from include.core.clock import utcnow
from tests.dags.alert_receivers import http_sink
from tests.integration.alert_case import build_alert_case

ROOT = Path(__file__).resolve().parents[2]


def _watch(**more: str) -> str:
    """One look of a process of its own; its output."""
    command = [sys.executable, "-m", "include.orchestration.watch", "--once"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **more}
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=240, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout + done.stderr


def test_a_failure_reaches_people_and_so_does_its_end(
    warehouse: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = build_alert_case(warehouse, tmp_path, monkeypatch)
    case.write("shop", alerts="{webhook: true, group_wait_s: 0}")
    case.now = utcnow()
    case.load("failed")
    with http_sink() as sink:
        secret = f"{sink.url}/hook/token-81723"
        connection = json.dumps({"conn_type": "generic", "password": secret})
        more = {
            "WAREHOUSE_URL": warehouse,
            "AIRFLOW_CONN_SHOP__ALERTS": connection,
            "ELT_ALIVE_URL": f"{sink.url}/alive",
        }
        said = _watch(**more)
        case.now = utcnow()
        case.load("loaded")
        said += _watch(**more)
    posts = [(got.path, got.body.get("news")) for got in sink.got]
    assert posts == [
        ("/hook/token-81723", "opened"),
        ("/alive", None),
        ("/hook/token-81723", "resolved"),
        ("/alive", None),
    ]
    assert sink.got[0].headers["Idempotency-Key"] != sink.got[2].headers["Idempotency-Key"]
    assert "token-81723" not in said
    assert "token-81723" not in str(case.rows("select message from elt_ops.alert_deliveries"))
