"""Nothing changed, nothing built: what the ledger says a transform has to do."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from include.commands.steps import run_steps
from include.commands.steps.run_report import Tally
from include.config.models import Tenant
from include.config.settings import Settings, load_settings
from include.core.clock import frozen, utcnow
from include.core.streams import NOWHERE
from include.ledger.builds import build_lock, run_forget_build, run_record_build
from include.ledger.connection import Warehouse
from include.ledger.ddl import run_migrations
from include.pipeline.dbt import transform
from include.pipeline.dbt.build import DbtResult
from include.pipeline.dbt.manifest import build_manifest_fingerprint
from include.pipeline.dbt.plan import fetch_plan
from tests.unit.feed_maker import build_feed

MANIFEST = """{
  "sources": {
    "source.elt.till.sales": {"schema": "manifest_raw_till", "identifier": "sales"},
    "source.elt.till.staff": {"schema": "manifest_raw_till", "identifier": "staff"}
  },
  "nodes": {
    "model.elt.stg_till__sales": {"original_file_path": "models/staging/till/a.sql"},
    "model.elt.stg_till__staff": {"original_file_path": "models/staging/till/b.sql"},
    "model.elt.fct_sales": {"original_file_path": "models/marts/core/c.sql"},
    "model.elt.agg_age": {"original_file_path": "models/marts/core/d.sql", "tags": ["calendar"]}
  },
  "child_map": {
    "source.elt.till.sales": ["model.elt.stg_till__sales"],
    "source.elt.till.staff": ["model.elt.stg_till__staff"],
    "model.elt.stg_till__sales": ["model.elt.fct_sales"],
    "model.elt.stg_till__staff": [],
    "model.elt.fct_sales": [],
    "model.elt.agg_age": []
  }
}"""


CONNECTOR = {"connector": "till", "title": "Till", "kind": "python"}
OURS = "testco"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    for folder in ("models/staging/till", "models/marts/core"):
        (tmp_path / "dbt" / folder).mkdir(parents=True)
        (tmp_path / "dbt" / folder / "a.sql").write_text("select 1")
    (tmp_path / "manifest.json").write_text(MANIFEST)
    _stamp(tmp_path)
    return replace(
        load_settings(),
        dbt_project_dir=tmp_path / "dbt",
        dbt_manifest=tmp_path / "manifest.json",
        state_dir=tmp_path,
    )


@pytest.fixture
def house(warehouse: str) -> Iterator[Warehouse]:
    found = Warehouse(warehouse, tenant_roles=False)
    with found.connect() as connection:
        run_migrations(connection)
    yield found
    with psycopg.connect(warehouse) as connection:
        connection.execute("delete from elt_ops.loads where tenant = 'testco'")
        connection.execute("delete from elt_ops.dbt_builds where tenant = 'testco'")


def _stamp(folder: Path) -> None:
    """As if the manifest had been made of the project as it is now."""
    stamp = build_manifest_fingerprint(folder / "dbt", "{}")
    (folder / "manifest.fingerprint").write_text(stamp)


def _tenant() -> Tenant:
    feed = build_feed(CONNECTOR)
    return replace(feed.tenant, feeds=(feed,))


def _load(house: Warehouse, stream: str = "sales", **counts: int) -> int:
    named = {"inserted": 0, "updated": 0, "unchanged": 0, "deleted": 0} | counts
    with house.connect() as connection:
        row = connection.execute(
            "insert into elt_ops.loads (tenant, feed, connector, stream, kind, state, started_at, "
            "read, inserted, updated, unchanged, deleted) values ('testco', 'till', 'till', %s, "
            "'scheduled', 'loaded', now(), %s, %s, %s, %s, %s) returning load_id",
            [
                stream,
                named["inserted"] + named["updated"] + named["unchanged"],
                *(named[name] for name in ("inserted", "updated", "unchanged", "deleted")),
            ],
        ).fetchone()
    assert row is not None
    return int(row[0])


def _build(house: Warehouse, settings: Settings) -> None:
    """As if everything planned had been built."""
    plan = fetch_plan(_tenant(), house, settings)
    with house.connect() as connection:
        run_record_build(connection, OURS, plan.fingerprint, plan.loads)


def test_the_first_build_is_whole_and_the_second_is_nothing(house, settings) -> None:
    """The demo's second run, in which no row changed, rebuilt every mart of every tenant."""
    _load(house, inserted=3)
    assert fetch_plan(_tenant(), house, settings).nodes is None
    _build(house, settings)
    _load(house, unchanged=3)
    plan = fetch_plan(_tenant(), house, settings)
    assert plan.is_nothing
    assert "nothing has changed since" in plan.reason


@pytest.mark.parametrize("count", ["inserted", "updated", "deleted"])
def test_one_changed_stream_builds_what_lies_below_it(house, settings, count: str) -> None:
    _load(house, inserted=3)
    _build(house, settings)
    _load(house, **{count: 1})
    plan = fetch_plan(_tenant(), house, settings)
    assert set(plan.nodes or ()) == {"model.elt.stg_till__sales", "model.elt.fct_sales"}
    assert plan.reason == "changed: till/till/sales"
    _load(house, "staff", inserted=1)
    assert "model.elt.stg_till__staff" in (fetch_plan(_tenant(), house, settings).nodes or ())


def test_a_table_that_changed_without_a_row_counts(house, settings) -> None:
    """A column filled from `_extra` changes rows of which no load says that it changed them."""
    _load(house, inserted=3)
    _build(house, settings)
    load_id = _load(house, unchanged=3)
    with house.connect() as connection:
        connection.execute(
            "insert into elt_ops.schema_changes (noticed_at, tenant, feed, stream, load_id, "
            "table_name, column_name, change) "
            "values (now(), 'testco', 'till', 'sales', %s, 'sales', 'x', 'added')",
            [load_id],
        )
    assert set(fetch_plan(_tenant(), house, settings).nodes or ()) != set()
    with house.connect() as connection:
        connection.execute("delete from elt_ops.schema_changes where load_id = %s", [load_id])


def test_a_load_that_commits_behind_a_later_number_is_not_lost(house, settings) -> None:
    """One high-water mark for a tenant would take the later number for all before it."""
    early = _load(house, "staff", inserted=1)
    with house.connect() as connection:
        connection.execute("update elt_ops.loads set state = 'failed' where load_id = %s", [early])
    _load(house, "sales", inserted=1)
    _build(house, settings)
    with house.connect() as connection:
        connection.execute("update elt_ops.loads set state = 'loaded' where load_id = %s", [early])
    assert set(fetch_plan(_tenant(), house, settings).nodes or ()) == {"model.elt.stg_till__staff"}


def test_code_variables_and_asking_build_everything(house, settings) -> None:
    _load(house, inserted=3)
    _build(house, settings)
    assert fetch_plan(_tenant(), house, settings, full=True).nodes is None
    (settings.dbt_project_dir / "models/marts/core/a.sql").write_text("select 2")
    plan = fetch_plan(_tenant(), house, settings)
    assert plan.nodes is None
    assert "project" in plan.reason
    _build(house, settings)
    assert fetch_plan(_tenant(), house, settings).is_nothing
    with house.connect() as connection:
        run_forget_build(connection, OURS)
    assert fetch_plan(_tenant(), house, settings).nodes is None


def test_a_manifest_from_before_an_edit_plans_nothing(house, settings) -> None:
    """A model edited without `make manifest` was built once; what it reads anew, never again."""
    _load(house, inserted=3)
    (settings.dbt_project_dir / "models/marts/core/a.sql").write_text("select 3")
    _build(house, settings)
    _load(house, "staff", inserted=1)
    plan = fetch_plan(_tenant(), house, settings)
    assert plan.nodes is None
    assert "make manifest" in plan.reason
    _stamp(settings.state_dir)
    assert fetch_plan(_tenant(), house, settings).nodes is not None


def test_a_new_day_builds_what_depends_on_the_day(house, settings) -> None:
    _load(house, inserted=3)
    _build(house, settings)
    with frozen(utcnow() + timedelta(days=1)):
        plan = fetch_plan(_tenant(), house, settings)
    assert set(plan.nodes or ()) == {"model.elt.agg_age"}
    assert plan.reason == "changed: the date"


def test_after_a_failed_build_everything_is_built(house, settings, monkeypatch) -> None:
    _load(house, inserted=3)
    _build(house, settings)
    _load(house, updated=1)
    monkeypatch.setattr(transform, "load_settings", lambda: settings)

    def fail(*_: Any, **__: Any) -> DbtResult:
        raise RuntimeError("dbt broke")

    monkeypatch.setattr(transform, "run_dbt_build", fail)
    with pytest.raises(RuntimeError):
        transform.run_transform(_tenant(), house)
    assert fetch_plan(_tenant(), house, settings).nodes is None


def test_changes_that_come_while_it_builds_are_built_next_time(
    house, settings, monkeypatch
) -> None:
    """Killed or overtaken, a build never remembers more than it has seen."""
    _load(house, inserted=3)
    monkeypatch.setattr(transform, "load_settings", lambda: settings)

    def build(*_: Any, **__: Any) -> DbtResult:
        _load(house, "staff", inserted=1)
        return DbtResult(1, 0, 0.0)

    monkeypatch.setattr(transform, "run_dbt_build", build)
    transform.run_transform(_tenant(), house)
    assert set(fetch_plan(_tenant(), house, settings).nodes or ()) == {"model.elt.stg_till__staff"}


def test_the_command_line_builds_under_the_lock_and_is_remembered(
    house, settings, monkeypatch
) -> None:
    """It ran dbt beside Airflow's build, and the next transform built everything again."""
    _load(house, inserted=3)
    monkeypatch.setattr(transform, "load_settings", lambda: settings)
    held: list[int] = []

    def build(*_: Any, **__: Any) -> DbtResult:
        with psycopg.connect(house.url) as other:
            query = "select count(*) from pg_locks where locktype = 'advisory' and granted"
            held.extend(row[0] for row in other.execute(query))
        return DbtResult(1, 0, 0.0)

    monkeypatch.setattr(transform, "run_dbt_build", build)
    tally = Tally(OURS, NOWHERE)
    run_steps._transform(_tenant(), house, tally)
    assert not tally.failures
    assert held == [1]
    assert fetch_plan(_tenant(), house, settings).is_nothing


def test_a_second_build_of_a_tenant_waits(house) -> None:
    """The command line beside Airflow: one of two builds failed without naming the cause."""
    _load(house, inserted=1)
    with build_lock(house, OURS), psycopg.connect(house.url) as other:
        query = "select count(*) from pg_locks where locktype = 'advisory' and granted"
        assert other.execute(query).fetchone() == (1,)
        with build_lock(house, "bazaar"):
            assert other.execute(query).fetchone() == (2,)
    with psycopg.connect(house.url) as other:
        assert other.execute(query).fetchone() == (0,)
