"""`run --step sweep`: what is gone at the source is marked, unless suspiciously much is."""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import MagicMock

import psycopg
import pytest

from include import cli
from include.config.credentials import Credentials
from include.config.lookup import load_one_feed
from include.config.models import Feed
from include.ledger.connection import Warehouse
from include.orchestration.dag_builders.sweep import build_sweep_dag
from include.orchestration.operators import load_and_check
from include.pipeline.load_environment import LoadEnvironment
from tests.integration.cli_case import point_cli_at
from tests.unit.fake_api import FakeApi, Reply, Seen

CONNECTOR = """
connector: till
title: Till
kind: rest
api: {base_url: URL, records_path: data, paginator: {kind: single}}
streams:
  people:
    path: /people
    primary_key: [id]
    sweep: all
    columns: {id: int, updated_at: timestamp}
    cursor: {field: updated_at, param: since, why: test}
  stores: {path: /stores, primary_key: [id], columns: {id: int}}
"""
TENANT = """
tenant: sweeps
name: Sweeps
owner: tests
feeds:
  till: {schedule: daily, start_date: 2025-01-01, sweep_schedule: weekly}
"""
RUN = ["run", "--tenant", "sweeps", "--feed", "till", "--step"]


@pytest.fixture
def people() -> set[int]:
    """Ids the source has; all of them changed long ago, so only a sweep sees one go."""
    return set(range(1, 51))


@pytest.fixture
def url(
    people: set[int], tmp_path: Path, warehouse: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    def answer(seen: Seen) -> Reply:
        changed = "2025-02-01T00:00:00Z"
        found = sorted(people) if seen.query.get("since", "") <= changed else []
        return Reply({"data": [{"id": n, "updated_at": changed} for n in found]})

    with FakeApi(answer) as api:
        (tmp_path / "till").mkdir()
        (tmp_path / "till" / "connector.yaml").write_text(CONNECTOR.replace("URL", api.url))
        (tmp_path / "sweeps.yaml").write_text(TENANT)
        point_cli_at(tmp_path, warehouse, monkeypatch, "sweeps_raw_till")
        yield warehouse


def _live(url: str) -> set[int]:
    query = "select id from sweeps_raw_till.people where _deleted_at is null"
    with psycopg.connect(url) as connection:
        return {row[0] for row in connection.execute(query).fetchall()}


def test_a_sweep_marks_what_a_run_cannot_see(
    url: str, people: set[int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main([*RUN, "ingest"]) == 0
    people -= {7, 8}
    assert cli.main([*RUN, "ingest"]) == 0
    assert _live(url) == set(range(1, 51)), "an incremental read shows no deletion"
    capsys.readouterr()
    assert cli.main([*RUN, "sweep"]) == 0
    told = capsys.readouterr().out
    assert "loaded   sweeps/till/people: read 48" in told
    assert "deleted 2" in told
    assert "stores" not in told
    assert _live(url) == people
    people |= {7}
    assert cli.main([*RUN, "sweep"]) == 0
    assert _live(url) == people, "what is back is back"
    with psycopg.connect(url) as connection:
        query = "select kind, count(*), sum(deleted) from elt_ops.loads group by 1 order by 1"
        kinds = connection.execute(query).fetchall()
    assert kinds == [("manual", 4, 0), ("sweep", 2, 2)]


def test_a_sweep_that_would_delete_most_stops_and_says_how_to_accept_it(
    url: str, people: set[int], capsys: pytest.CaptureFixture[str]
) -> None:
    """An API that lost half its pages for an hour had half the customers marked deleted."""
    assert cli.main([*RUN, "ingest"]) == 0
    people -= set(range(1, 40))
    capsys.readouterr()
    assert cli.main([*RUN, "sweep"]) == 3
    told = capsys.readouterr().err
    assert "TruncatedFetch: sweeps/till/people: the read holds `11` of `50` known rows" in told
    assert "`--accept-deletes`" in told
    assert _live(url) == set(range(1, 51))
    assert cli.main([*RUN, "sweep", "--accept-deletes"]) == 0
    assert _live(url) == people


def _run_dag(feed: Feed, warehouse: Warehouse, patch: pytest.MonkeyPatch) -> None:
    """What the feed's sweep DAG does: its stream, then its checks."""
    environment = LoadEnvironment(warehouse, lambda feed: Credentials("none"))
    patch.setattr(load_and_check, "build_environment", lambda tenant: environment)
    patch.setattr(load_and_check, "build_warehouse", lambda tenant: warehouse)
    patch.setattr("include.orchestration.alerts.schema_change.notify_changes", lambda *_: None)
    dag = build_sweep_dag(feed)
    for task_id in ("people", "check_raw"):
        ti = SimpleNamespace(dag_id=dag.dag_id, run_id="swept", task_id=task_id, try_number=1)
        context = {"ti": ti, "params": {}, "outlet_events": defaultdict(MagicMock)}
        dag.get_task(task_id).execute(context)


@pytest.mark.parametrize("edge", ["command", "dag"])
def test_a_sweep_runs_its_checks_whoever_starts_it(
    url: str, people: set[int], monkeypatch: pytest.MonkeyPatch, edge: str
) -> None:
    """The DAG checked what a sweep had marked, the command line's twin of it checked nothing."""
    assert cli.main([*RUN, "ingest"]) == 0
    people -= {7, 8}
    if edge == "command":
        assert cli.main([*RUN, "sweep"]) == 0
    else:
        feed = load_one_feed("sweeps", "till")
        _run_dag(feed, Warehouse(url, tenant_roles=False), monkeypatch)
    assert _live(url) == people
    query = """
        select count(*) filter (where c.state = 'passed') > 3, bool_or(l.kind = 'sweep')
        from elt_ops.check_results as c join elt_ops.loads as l using (run_id, stream)
        where c.stream = 'people'
    """
    with psycopg.connect(url) as connection:
        assert connection.execute(query).fetchall() == [(True, True)]


def test_the_checks_of_a_sweep_that_stopped_are_left_out(url: str, people: set[int]) -> None:
    """As in the DAG, where they wait for at least one stream that has loaded."""
    assert cli.main([*RUN, "ingest"]) == 0
    people -= set(range(1, 40))
    assert cli.main([*RUN, "sweep"]) == 3
    with psycopg.connect(url) as connection:
        assert connection.execute("select 1 from elt_ops.check_results").fetchall() == []
