"""What only a real Airflow proves: waits as asked, parts, inbox, sweeps, and secrets that stay in.

The tests build on each other and run in this order. The second happens while the task of the first
waits for the time its source asked for.
"""

import json
import os
import re
import signal
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from include.core.clock import parse_instant
from include.core.webhook_event import EventPaths, build_event
from include.local.runs.demo_runs import FollowedRun
from include.local.state import load_json
from tests.e2e.airflow_steps import (
    STRIPE,
    clear,
    contents,
    follow,
    forget_charges,
    pid_of,
    run_dag,
    task,
    wait_until,
)
from tests.e2e.conftest import HOOKS_SECRET, Stack
from tests.webhook_inbox import receive_event

SWEEP = "sweep__corner__stripe"
DRAIN = "ops__webhook_drain"
# Longer than a task waits in its slot (60 s).
ASKED_S = 66
SECOND_PAGE = "starting_after=ch_"
TRY_AGAIN = re.compile(r"Try again after `([^`]+)`")


@pytest.fixture(scope="module")
def blocked(loaded: Stack) -> dict[str, Any]:
    """The task `charges` of a finished run, run again from nothing, and refused at page two."""
    run_id = next(
        run["dag_run_id"]
        for run in loaded.api.runs(STRIPE)
        if run["state"] == "success" and run["run_type"] != "backfill"
    )
    before = forget_charges(loaded)
    [(newest,)] = loaded.rows("select max(load_id) from elt_ops.loads")
    loaded.sandbox("DELETE", "requests")
    fault = {"vendor": "stripe", "kind": "429", "path_contains": SECOND_PAGE, "times": 100}
    loaded.set_fault(**fault, retry_after=ASKED_S)
    clear(loaded, STRIPE, run_id, "charges")
    try:
        wait_until(
            "`charges` waits for its next try",
            lambda: task(loaded, STRIPE, run_id, "charges")["state"] == "up_for_retry",
        )
    finally:
        loaded.clear_faults()
    found = task(loaded, STRIPE, run_id, "charges")
    return {"run_id": run_id, "before": before, "newest": newest, "task": found}


def _loads(running: Stack, blocked: dict[str, Any]) -> list[tuple[Any, ...]]:
    return running.rows(
        "select state, part, read, inserted, error_class from elt_ops.loads where load_id > %s "
        "and tenant = 'corner' and stream = 'charges' order by load_id",
        blocked["newest"],
    )


def test_a_limited_task_gives_its_slot_back_until_the_source_said(
    loaded: Stack, blocked: dict[str, Any]
) -> None:
    assert _loads(loaded, blocked) == [
        ("loaded", 1, 100, 100, None),
        ("failed", 1, 0, 0, "RateLimited"),
    ], "the page before the refusal is committed"
    [(message, failed_at)] = loaded.rows(
        "select error_message, finished_at from elt_ops.loads where load_id > %s "
        "and error_class = 'RateLimited'",
        blocked["newest"],
    )
    said = TRY_AGAIN.search(message)
    assert said, message
    again = parse_instant(said.group(1))
    asked = timedelta(seconds=ASKED_S)
    assert abs(again - failed_at - asked) < timedelta(seconds=5)
    [(ended, delay, reason)] = loaded.metadata(
        "select end_date, retry_delay_override, retry_reason from task_instance "
        "where dag_id = %s and run_id = %s and task_id = 'charges'",
        *(STRIPE, blocked["run_id"]),
    )
    assert abs(ended + timedelta(seconds=delay) - again) < timedelta(seconds=10)
    assert "the source asked for" in reason
    blocked["again"] = again


def _receive(running: Stack, event_id: str, minute: int, data: Any, **more: Any) -> bool:
    at = datetime(2026, 11, 2, 12, minute, tzinfo=UTC).isoformat()
    body = {"id": event_id, "type": "order.updated", "at": at, "data": data} | more
    event = build_event({}, json.dumps(body).encode(), EventPaths("id", "type", "at"))
    return receive_event(running.facts.warehouse_url, "corner", "hooks", event)


def _orders(running: Stack) -> list[tuple[Any, ...]]:
    return running.rows(
        "select id, amount::text, event_id, _loaded_at from corner_raw_webhook.orders order by id"
    )


def test_the_inbox_is_drained_once_in_order_and_without_its_poison(loaded: Stack) -> None:
    assert _receive(loaded, "e2", 9, {"id": 1, "amount": "20.50"})
    assert _receive(loaded, "e1", 3, {"id": 1, "amount": "10.25"}), "the older one comes later"
    assert not _receive(loaded, "e2", 9, {"id": 1, "amount": "20.50"}), "sent twice"
    assert _receive(loaded, "e3", 4, {"id": 2, "amount": "7"})
    assert _receive(loaded, "e4", 5, {"amount": "1"}), "no key: nobody's record"
    run = run_dag(loaded, DRAIN)
    assert run.state == "success", run.failed_tasks
    orders = _orders(loaded)
    assert [row[:3] for row in orders] == [(1, "20.50", "e2"), (2, "7", "e3")]
    states = "select event_id, state from elt_ops.inbox order by event_id"
    assert loaded.rows(states) == [
        ("e1", "drained"),
        ("e2", "drained"),
        ("e3", "drained"),
        ("e4", "poison"),
    ]
    poison = "select record_key, state from elt_ops.quarantine where feed = 'hooks'"
    assert [key for key, _ in loaded.rows(poison)] == ["event_id=e4"]

    assert not _receive(loaded, "e3", 4, {"id": 2, "amount": "7"}), "known after the drain as well"
    assert run_dag(loaded, DRAIN).state == "success"
    assert _orders(loaded) == orders
    assert len(loaded.rows(poison)) == 1


def test_killed_behind_a_committed_part_the_next_try_goes_on_there(
    loaded: Stack, blocked: dict[str, Any]
) -> None:
    slow = {"vendor": "stripe", "kind": "slow", "path_contains": SECOND_PAGE, "seconds": 40}
    loaded.set_fault(**slow)
    run_id, first = blocked["run_id"], blocked["task"]["try_number"]

    def is_reading() -> bool:
        return any(one["fault"] == "slow" for one in _requests(loaded))

    try:
        wait_until("the second try reads", is_reading, 240)
        found = task(loaded, STRIPE, run_id, "charges")
        started = datetime.fromisoformat(found["start_date"])
        assert started > blocked["again"] - timedelta(seconds=1), "not before"
        os.kill(pid_of(loaded, run_id, "charges", above_try=first), signal.SIGKILL)
        wait_until(
            "the killed try is noticed",
            lambda: task(loaded, STRIPE, run_id, "charges")["state"] == "up_for_retry",
        )
    finally:
        loaded.clear_faults()
    # Its own delay is a minute or two by now; a person need not wait.
    clear(loaded, STRIPE, run_id, "charges")
    run = follow(loaded, STRIPE, run_id)
    assert run.state == "success", run.failed_tasks
    assert contents(loaded, "true") == blocked["before"]
    rows = len(blocked["before"])
    loads = _loads(loaded, blocked)
    assert loads[:3] == [
        ("loaded", 1, 100, 100, None),
        ("failed", 1, 0, 0, "RateLimited"),
        ("loaded", 2, rows - 100, rows - 100, None),
    ]
    assert [row[3] for row in loads[3:]] == [0], "what is new since the read began: nothing"
    pages = [one["query"] for one in _requests(loaded)]
    assert [SECOND_PAGE in page for page in pages] == [False, True, True, True, False]
    assert pages[0] != pages[-1], "page one was read once"


def _requests(running: Stack) -> list[dict[str, Any]]:
    found = running.sandbox("GET", "requests?vendor=stripe")["requests"]
    return [one for one in found if one["path"].endswith("/charges")]


def _delete_customers(running: Stack, count: int) -> set[str]:
    act = {"vendor": "stripe", "tenant": "corner", "what": "delete_customer"}
    return {running.sandbox("POST", "act", **act)["id"] for _ in range(count)}


def _gone(running: Stack) -> set[str]:
    query = "select id from corner_raw_stripe.customers where _deleted_at is not null"
    return {key for (key,) in running.rows(query)}


def _sweep(running: Stack, **conf: Any) -> FollowedRun:
    return run_dag(running, SWEEP, conf)


def test_a_sweep_marks_what_is_gone_and_asks_before_it_marks_much(loaded: Stack) -> None:
    cursors = "select stream, value from elt_ops.cursors where tenant = 'corner' order by 1"
    before = loaded.rows(cursors)
    assert _gone(loaded) == set()
    first = _delete_customers(loaded, 1)
    run = _sweep(loaded)
    assert run.state == "success", run.failed_tasks
    assert _gone(loaded) == first

    more = _delete_customers(loaded, 3)
    loaded.inbox.received.clear()
    run = _sweep(loaded)
    assert run.state == "failed"
    assert ("customers", 1) in run.failed_tasks, "asked for at once, without a retry"
    assert _gone(loaded) == first, "nothing of it is marked"
    [alert] = wait_until(
        "the watcher tells",
        lambda: [one for one in loaded.inbox.received if one["stream"] == "customers"],
    )
    assert alert["error"] == "TruncatedFetch"
    assert "--accept-deletes" in alert["message"]

    run = _sweep(loaded, accept_deletes=True)
    assert run.state == "success", run.failed_tasks
    assert _gone(loaded) == first | more
    assert loaded.rows(cursors) == before, "a sweep never moves a cursor"


def _secrets(running: Stack) -> dict[str, str]:
    """Everything the stack must keep to itself, by a name that may be shown."""
    facts = running.facts
    found = {"hooks": HOOKS_SECRET, "warehouse_url": facts.warehouse_url}
    found |= {name: getattr(facts.secrets, name) for name in ("warehouse", "airflow_database")}
    found |= {name: getattr(facts.secrets, name) for name in ("fernet", "jwt", "api")}
    world = load_json(facts.state.sandbox / "world.json")
    account = world["credentials"]["stripe"]["corner"]
    found |= {"stripe": account["password"], "stripe_webhooks": account["extra"]["webhook_secret"]}
    assert all(len(value) >= 10 for value in found.values())
    return found


def _leaks(text: str, secrets: dict[str, str]) -> set[str]:
    return {name for name, value in secrets.items() if value in text}


def test_no_secret_is_in_a_log_an_xcom_a_template_or_any_other_table(loaded: Stack) -> None:
    secrets = _secrets(loaded)
    state = loaded.facts.state
    folders = (state.airflow_home / "logs", state.logs)
    told = {
        str(path): path.read_text(errors="replace")
        for folder in folders
        for path in sorted(folder.rglob("*.log"))
    }
    of_tasks = [text for path, text in told.items() if "task_id=" in path]
    assert len(of_tasks) > 20 and any("stream=charges" in text for text in of_tasks)
    assert [path for path, text in told.items() if _leaks(text, secrets)] == []

    tables = loaded.metadata(
        "select table_name from information_schema.tables where table_schema = 'public' "
        "and table_type = 'BASE TABLE' order by 1"
    )
    names = {name for (name,) in tables}
    assert {"xcom", "rendered_task_instance_fields", "task_instance_history"} <= names
    rows = {
        name: "\n".join(row for (row,) in loaded.metadata(f'select t::text from "{name}" t'))
        for name in sorted(names)
    }
    assert "unchanged" in rows["xcom"] and "corner" in rows["rendered_task_instance_fields"]
    assert {name: found for name in rows if (found := _leaks(rows[name], secrets))} == {}
