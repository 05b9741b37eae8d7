"""Parsing: 100 feeds beyond Airflow's own import, and one task's process, which builds one DAG."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from include.config.settings import ROOT, child_environment
from tests.bench.row import Row

FEEDS, FEEDS_PER_TENANT = 100, 5
TARGET_S = 3.0

PROBE = """
import json, sys, time
import airflow.sdk
from airflow.sdk import DAG, Asset, BaseOperator, BaseSensorOperator, Param
began = time.perf_counter()
import runpy
found = [v for v in runpy.run_path("dags/tenant_ingest.py").values() if isinstance(v, DAG)]
print(json.dumps([time.perf_counter() - began, len(found)]))
"""


def run() -> list[Row]:
    """Two rows in seconds; the second one for a worker that was asked for one DAG."""
    with tempfile.TemporaryDirectory() as folder:
        _write_tenants(Path(folder))
        everything, dags = _measure(folder)
        assert dags == FEEDS, dags
        one, dags = _measure(folder, _AIRFLOW_PARSING_CONTEXT_DAG_ID="ingest__t7__stripe3")
        assert dags == 1, dags
    return [
        Row(f"parse {FEEDS} feeds, beyond Airflow's import", everything, "s", TARGET_S, False),
        Row(f"a task's process builds its own DAG out of {FEEDS}", one, "s", TARGET_S, False),
    ]


def _write_tenants(folder: Path) -> None:
    for number in range(FEEDS // FEEDS_PER_TENANT):
        lines = [f"tenant: t{number}", f"name: Tenant {number}", "owner: bench", "feeds:"]
        for feed in range(FEEDS_PER_TENANT):
            lines += [
                f"  stripe{feed}:",
                "    connector: stripe",
                "    schedule: hourly",
                "    start_date: 2025-01-01",
            ]
        (folder / f"t{number}.yaml").write_text("\n".join(lines) + "\n")


def _measure(tenants: str, **extra: str) -> tuple[float, int]:
    """Best of three processes: seconds and DAGs."""
    environment = child_environment(
        ELT_TENANTS_DIR=tenants,
        PYTHONPATH=str(ROOT),
        AIRFLOW_HOME=tenants,
        AIRFLOW__CORE__LOAD_EXAMPLES="False",
        **extra,
    )
    found = []
    for _ in range(3):
        done = subprocess.run(
            [sys.executable, "-c", PROBE],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        found.append(json.loads(done.stdout.splitlines()[-1]))
    seconds, dags = min(found)
    return round(seconds, 3), dags
