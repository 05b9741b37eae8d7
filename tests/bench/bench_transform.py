"""The demo's transform DAG against the same `dbt build` run bare, on the stack of `make demo`.

Both build everything again from the same raw rows, one after the other. Nothing is measured when no
stack is up: a number from another machine state would not be a ratio.
"""

import logging
import os
import time
from datetime import datetime
from typing import Any

from include.config.load import load_platform
from include.config.models import Tenant
from include.config.settings import use_demo
from include.core import naming
from include.ledger.connection import Warehouse
from include.local.airflow_api import AirflowApi
from include.local.stack import build_api, load_facts
from include.pipeline.dbt.build import run_dbt_build
from tests.bench.row import Row

log = logging.getLogger(__name__)
TENANT = "acme"
TARGET_RATIO = 6.0
TIMEOUT_S = 1800
POLL_S = 2


def run() -> list[Row]:
    """Seconds of both and their ratio; empty when Airflow is not up."""
    before = dict(os.environ)
    use_demo()
    try:
        return _measure()
    finally:
        os.environ.clear()
        os.environ.update(before)


def _measure() -> list[Row]:
    facts = load_facts()
    api = build_api(facts)
    if not api.is_healthy():
        log.warning("transform not measured reason=Airflow is not up; start it with `make demo`")
        return []
    api.log_in()
    tenant = load_platform().tenant(TENANT)
    bare = _bare_seconds(tenant, Warehouse(facts.warehouse_url))
    done = _run_dag(api, naming.transform_dag_id(TENANT))
    seconds = _seconds(done["start_date"], done["end_date"])
    return [
        Row(f"dbt build of {TENANT}, bare", round(bare, 1), "s"),
        Row(f"transform DAG of {TENANT}", round(seconds, 1), "s"),
        Row(
            "transform DAG over bare dbt build", round(seconds / bare, 2), "x", TARGET_RATIO, False
        ),
    ]


def _bare_seconds(tenant: Tenant, warehouse: Warehouse) -> float:
    # The first build only fills dbt's parse cache, which the DAG's builds have too.
    for _ in range(2):
        began = time.monotonic()
        run_dbt_build(tenant, warehouse, part="bench")
        seconds = time.monotonic() - began
    return seconds


def _run_dag(api: AirflowApi, dag_id: str) -> dict[str, Any]:
    run_id = api.trigger(dag_id)
    give_up_at = time.monotonic() + TIMEOUT_S
    while time.monotonic() < give_up_at:
        found = api.run(dag_id, run_id)
        if found["state"] in ("success", "failed"):
            assert found["state"] == "success", f"{dag_id} {run_id} failed"
            return found
        time.sleep(POLL_S)
    raise TimeoutError(f"{dag_id} {run_id} did not end in {TIMEOUT_S} s")


def _seconds(start: str, end: str) -> float:
    began, ended = (datetime.fromisoformat(text.replace("Z", "+00:00")) for text in (start, end))
    return (ended - began).total_seconds()
