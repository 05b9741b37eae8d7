"""A transform drawn by model in a real Airflow: no workers, no news, a failure, clears, kills."""

import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from include.local import stack as local_stack
from include.local.processes import load_record
from include.local.runs.demo_runs import FollowedRun
from tests.e2e.airflow_steps import clear, follow, run_dag, task, wait_until
from tests.e2e.conftest import Stack

DAG = "transform__bazaar"
PRODUCTS = "bazaar_int.int_products__unioned"
FULL = {"full": True}


def _tasks(running: Stack, run: FollowedRun) -> dict[str, dict[str, Any]]:
    return {found["task_id"]: found for found in running.api.tasks(DAG, run.run_id)}


def _models(running: Stack, run: FollowedRun) -> dict[str, dict[str, Any]]:
    return {name: found for name, found in _tasks(running, run).items() if "." in name}


def _start(running: Stack) -> str:
    """A full build that has begun to tell."""
    run_id = running.api.trigger(DAG, FULL)
    wait_until(
        "the build runs", lambda: task(running, DAG, run_id, "dbt_build")["state"] == "running"
    )
    return run_id


def _forget(running: Stack, stream: str) -> None:
    """As if this stream's last load had come after the last build."""
    name = f"ecommerce_csv/ecommerce_csv/{stream}"
    found = running.rows(
        "update elt_ops.dbt_builds set loads = jsonb_set(loads::jsonb, array[%s], '0') "
        "where tenant = 'bazaar' and loads::jsonb ? %s returning 1",
        *(name, name),
    )
    assert found, f"nothing of `{stream}` was built"


@pytest.fixture
def broken(loaded: Stack) -> Iterator[None]:
    """A table dbt may not replace."""
    loaded.rows(f"alter table {PRODUCTS} owner to current_user")
    yield
    _repair(loaded)


def _repair(running: Stack) -> None:
    running.rows(f"alter table {PRODUCTS} owner to elt_bazaar")


def test_models_end_without_a_worker(loaded: Stack) -> None:
    run = run_dag(loaded, DAG, FULL)
    assert run.state == "success", run.failed_tasks
    models = _models(loaded, run)
    assert len(models) > 20
    assert {found["state"] for found in models.values()} == {"success"}
    assert {found["pid"] for found in models.values()} == {None}, "no process but the build's"
    build = _tasks(loaded, run)["dbt_build"]
    early = [name for name, found in models.items() if found["end_date"] < build["end_date"]]
    assert early, "they end while the build goes on"


def test_without_news_a_run_builds_nothing_and_checks_all_the_same(loaded: Stack) -> None:
    run = run_dag(loaded, DAG)
    assert run.state == "success", run.failed_tasks
    states = Counter(found["state"] for found in _tasks(loaded, run).values())
    assert states["success"] == 2, states
    assert task(loaded, DAG, run.run_id, "check_marts")["state"] == "success"
    assert task(loaded, DAG, run.run_id, "dbt_build")["state"] == "skipped"


def test_a_quiet_feed_wakes_no_transform(loaded: Stack) -> None:
    """Each load that found nothing started a worker of the transform, which found nothing."""
    before = {run["dag_run_id"] for run in loaded.api.runs(DAG)}
    run = run_dag(loaded, "ingest__bazaar__ecommerce_csv")
    assert run.state == "success", run.failed_tasks
    assert not loaded.api.has_sent_event(run.dag_id, run.run_id)
    time.sleep(5)
    assert {run["dag_run_id"] for run in loaded.api.runs(DAG)} == before


def test_what_is_not_planned_is_skipped_and_can_be_cleared(loaded: Stack) -> None:
    """A model nothing has changed for took a trigger and an event, like one that is built."""
    _forget(loaded, "customers")
    run = run_dag(loaded, DAG)
    assert run.state == "success", run.failed_tasks
    models = _models(loaded, run)
    states = Counter(found["state"] for found in models.values())
    assert set(states) == {"success", "skipped"}, states
    assert models["staging.stg_ecommerce_csv__customers"]["state"] == "success"
    skipped = min(name for name, found in models.items() if found["state"] == "skipped")
    clear(loaded, DAG, run.run_id, skipped)
    done = wait_until(
        f"`{skipped}` is built alone",
        lambda: (found := task(loaded, DAG, run.run_id, skipped))["state"] == "success" and found,
    )
    assert done["pid"], "it took a worker"


def test_a_failing_model_is_red_and_cleared_alone_is_built_alone(
    loaded: Stack, broken: None
) -> None:
    run = run_dag(loaded, DAG, FULL)
    assert run.state == "failed"
    models = _models(loaded, run)
    states = Counter(found["state"] for found in models.values())
    failed = [name for name, found in models.items() if found["state"] == "failed"]
    assert failed, states
    assert states["success"] > 5, "what does not depend on it was built"
    assert states["skipped"] > 0, "what lies behind it is not red"
    assert task(loaded, DAG, run.run_id, "check_marts")["state"] == "upstream_failed"
    _repair(loaded)
    first = min(failed, key=lambda name: models[name]["end_date"])
    clear(loaded, DAG, run.run_id, first)
    done = wait_until(
        f"`{first}` is built alone",
        lambda: (found := task(loaded, DAG, run.run_id, first))["state"] == "success" and found,
    )
    assert done["try_number"] > 1
    assert done["pid"], "it took a worker"
    again = run_dag(loaded, DAG)
    assert again.state == "success", "after a failed build everything is built"
    assert task(loaded, DAG, again.run_id, "dbt_build")["state"] == "success"


def test_a_killed_triggerer_loses_no_model(loaded: Stack) -> None:
    run_id = _start(loaded)
    record = load_record(loaded.facts.state, "triggerer")
    assert record is not None
    os.kill(record.pid, signal.SIGKILL)
    time.sleep(2)
    local_stack.run_up("small")
    run = follow(loaded, DAG, run_id)
    assert run.state == "success", run.failed_tasks


def test_a_build_killed_in_the_middle_is_tried_again(loaded: Stack) -> None:
    run_id = _start(loaded)
    pid = wait_until("its process", lambda: task(loaded, DAG, run_id, "dbt_build")["pid"])
    os.kill(int(pid), signal.SIGKILL)
    run = follow(loaded, DAG, run_id, timeout_s=600)
    assert run.state == "success", run.failed_tasks
    assert task(loaded, DAG, run_id, "dbt_build")["try_number"] > 1
    assert {found["state"] for found in _models(loaded, run).values()} == {"success"}
