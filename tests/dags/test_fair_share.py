"""Who goes first when slots are short: a tenant that wants everything gets its share, not more."""

from collections import Counter

from airflow.sdk import DAG

from tests.dags.conftest import ROOT, dags_of

GREEDY_FEEDS, SMALL_TENANTS, PARALLEL, STREAMS = 60, 5, 8, 2


def _tenant(name: str, feeds: int, priority: int) -> str:
    blocks = "".join(
        f"  f{number:02}: {{connector: till, schedule: hourly, start_date: 2025-01-01, "
        f"priority: {priority}}}\n"
        for number in range(feeds)
    )
    head = f"tenant: {name}\nname: {name}\nowner: x\nlimits: {{max_active_tasks: 64}}\n"
    return f"{head}feeds:\n{blocks}"


def _start_order(dags: dict[str, DAG]) -> list[str]:
    """Tenants of stream tasks as a scheduler starts them that finds all runs due at once.

    Heavier tasks first, then the run that was due earlier, then as they were made: the greedy
    tenant's before all others. Source: airflow 3.3.2, jobs/scheduler_job_runner.py,
    `_executable_task_instances_to_queued` (read 2026-11-30).
    """
    waiting = [
        (-task.priority_weight, dag_id, task.task_id)
        for dag_id, dag in sorted(dags.items())
        for task in dag.tasks
        if task.task_id in ("sales", "stores")
    ]
    assert len(waiting) == STREAMS * (GREEDY_FEEDS + SMALL_TENANTS)
    return [dag_id.split("__")[1] for _, dag_id, _ in sorted(waiting, key=lambda one: one[0])]


def test_a_greedy_tenant_does_not_keep_the_others_waiting(write_platform) -> None:
    """`priority: 10` on sixty feeds went before everybody's, for as long as it took."""
    small = {f"small{n}": _tenant(f"small{n}", 1, 1) for n in range(SMALL_TENANTS)}
    write_platform(aaa=_tenant("aaa", GREEDY_FEEDS, 10), **small)
    order = _start_order(dags_of(ROOT / "dags" / "tenant_ingest.py"))
    first = order[: STREAMS * (1 + SMALL_TENANTS)]
    assert Counter(first) == dict.fromkeys(["aaa", *small], STREAMS)
    assert set(order[len(first) :]) == {"aaa"}


def test_among_a_tenants_own_feeds_priority_decides_and_equals_go_by_name(write_platform) -> None:
    lines = _tenant("shop", 3, 5).splitlines()
    lines[-2] = lines[-2].replace("priority: 5", "priority: 9")
    assert write_platform(shop="\n".join(lines)).problems == ()
    dags = dags_of(ROOT / "dags" / "tenant_ingest.py")
    weights = {dag_id: dag.get_task("sales").priority_weight for dag_id, dag in dags.items()}
    named = sorted(weights, key=lambda one: (-weights[one], one))
    assert len(named) == 3
    assert named[:2] == ["ingest__shop__f01", "ingest__shop__f00"]


def test_marts_of_what_has_come_go_before_more_comes(write_platform) -> None:
    """Transforms had the lowest weight of all: under load no tenant's marts were built."""
    write_platform()
    ingest = dags_of(ROOT / "dags" / "tenant_ingest.py")
    transform = dags_of(ROOT / "dags" / "tenant_transform.py")["transform__shop"]
    lightest = min(task.priority_weight for task in transform.tasks)
    assert lightest > max(task.priority_weight for dag in ingest.values() for task in dag.tasks)


def test_one_vendors_pool_holds_nobody_elses_slots(write_platform) -> None:
    """A vendor that answers slowly fills its own pool; other vendors' tasks do not wait in it."""
    write_platform()
    dags = dags_of(ROOT / "dags" / "tenant_ingest.py")
    pools = {dag_id: {task.pool for task in dag.tasks} for dag_id, dag in dags.items()}
    assert pools["ingest__shop__till"] & pools["ingest__shop__drop"] <= {"default_pool"}
    assert "api_till" in pools["ingest__shop__till"]


def test_an_hour_that_was_missed_is_one_run_a_feed(write_platform) -> None:
    """A scheduler back after a night must not ask each vendor for twelve runs at once: the cursor
    knows what is missing, so one run a feed reads all of it."""
    write_platform()
    for path in ("tenant_ingest.py", "tenant_transform.py"):
        for dag in dags_of(ROOT / "dags" / path).values():
            assert dag.catchup is False
            assert dag.max_active_runs <= 2
