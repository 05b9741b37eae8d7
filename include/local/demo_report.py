"""The demo's ending: the tables a person reads and the json a program reads. Pure."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from include.local.demo_numbers import COUNTS, TenantNumbers
from include.local.runs.demo_runs import FollowedRun


class Sheet(NamedTuple):
    """A table before it is printed."""

    headers: Sequence[str]
    rows: Sequence[Sequence[object]]


FeedCounts = Sequence[tuple[FollowedRun, Mapping[str, Mapping[str, int]]]]


def build_demo_json(
    seconds: float, feeds: FeedCounts, tenants: Mapping[str, TenantNumbers], ui: str
) -> dict[str, Any]:
    """The content of .local/demo.json."""
    return {
        "seconds": round(seconds, 1),
        "feeds": [
            {"tenant": run.tenant, "feed": run.feed, "state": run.state, "streams": streams}
            for run, streams in feeds
        ],
        "marts": {tenant: numbers.marts for tenant, numbers in tenants.items()},
        "ui": ui,
    }


def build_stream_table(feeds: FeedCounts) -> Sheet:
    """One row per stream, and the sum over all."""
    rows: list[list[Any]] = [
        [run.tenant, run.feed, stream, run.state, *(counts[name] for name in COUNTS)]
        for run, streams in feeds
        for stream, counts in streams.items()
    ]
    totals = [sum(row[4 + i] for row in rows) for i in range(len(COUNTS))]
    rows.append(["all", "", f"{len(rows)} streams", "", *totals])
    return Sheet(["tenant", "feed", "stream", "run", *COUNTS], rows)


def build_tenant_table(
    tenants: Mapping[str, TenantNumbers], transforms: Mapping[str, FollowedRun]
) -> Sheet:
    """One row per tenant: what dbt built and how good the data is."""
    rows = []
    for tenant, numbers in tenants.items():
        run = transforms.get(tenant)
        passed = numbers.checks.get("passed", 0)
        total = sum(numbers.checks.values())
        score = "" if numbers.score is None else str(numbers.score)
        state, seconds = (run.state, f"{run.seconds:.0f} s") if run else ("not run", "")
        rows.append(
            [tenant, state, seconds, numbers.models, numbers.tests, f"{passed}/{total}", score]
        )
    header = ["tenant", "transform", "took", "models", "tests", "checks passed", "quality"]
    return Sheet(header, rows)


def build_revenue_table(tenants: Mapping[str, TenantNumbers]) -> Sheet:
    """Net revenue (gross - discounts - refunds) per tenant and source; money stays a decimal."""
    rows = [
        [tenant, source, currency, f"{amount:,.2f}"]
        for tenant, numbers in tenants.items()
        for source, currency, amount in numbers.revenue
    ]
    width = max((len(row[3]) for row in rows), default=0)
    rows = [[*row[:3], row[3].rjust(width)] for row in rows]
    return Sheet(["tenant", "source", "currency", "net revenue"], rows)


def build_people_table(tenants: Mapping[str, TenantNumbers]) -> Sheet:
    """Records -> people of each tenant, then who of the smaller source is known to the larger."""
    rows: list[list[Any]] = []
    for tenant, numbers in tenants.items():
        found = numbers.identities
        if not found:
            continue
        rows.append([tenant, "all", found["records"], found["people"], ""])
        rows += [
            [tenant, " + ".join(pair["sources"]), "", pair["shared"], f"{pair['rate']:.0%}"]
            for pair in found["pairs"]
        ]
    return Sheet(["tenant", "sources", "records", "people", "matched"], rows)


def build_change_line(feeds: FeedCounts) -> str:
    """One sentence: did this run change anything?"""
    loaded = sum(counts["loaded"] for _, streams in feeds for counts in streams.values())
    if loaded == 0:
        return "Nothing changed: 0 rows loaded, every row read was there already."
    return f"{loaded:,} rows loaded. Run it again: nothing will change."


def build_failures(runs: Sequence[FollowedRun], airflow_home: Path) -> list[str]:
    """One line per failed task with its DAG and log file; a failed run without one counts too."""
    lines = []
    for run in runs:
        if run.state == "success":
            continue
        for task, attempt in run.failed_tasks or [("", 0)]:
            folder = airflow_home / "logs" / f"dag_id={run.dag_id}" / f"run_id={run.run_id}"
            path = folder / f"task_id={task}" / f"attempt={attempt}.log" if task else folder
            lines.append(f"dag {run.dag_id}  task {task or '(none)'}  log {path}")
    return lines
