"""Checks on a real PostgreSQL: each planted defect is found, and by its own check only."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from include.config.connector_spec import Connector
from include.config.models import Feed, FeedFile, Tenant, TenantFile
from include.core.errors import AccessDenied
from include.core.streams import NOWHERE, LoadResult, RunKind, RunOrigin, SchemaChange, Window
from include.ledger import ddl
from include.ledger import loads as ledger
from include.ledger.connection import Warehouse
from include.ledger.schema_changes import run_record_schema_changes
from include.ledger.trust import check_results as outcomes
from include.pipeline.health.checks import build_check_error
from include.quality.check import CheckContext, CheckOutcome, Origin, Status
from include.quality.run import run_mart_checks, run_raw_checks

NOW = datetime(2026, 11, 1, tzinfo=UTC)
RUN = CheckContext(NOW, "ingest", "run_1")
CONNECTOR = Connector.model_validate(
    {
        "connector": "shop",
        "title": "Shop",
        "kind": "files",
        "streams": {
            "orders": {
                "primary_key": ["id"],
                "columns": {"id": "text", "total": "numeric"},
                "children": {"lines": {"path": "lines", "columns": {"sku": "text"}}},
            },
            "refunds": {"primary_key": ["id"], "columns": {"id": "text"}},
        },
    }
)
TABLES = """
create table quality_raw_shop.orders (id text, total numeric, _feed text, _load_id bigint);
create table quality_raw_shop.orders__lines (
    sku text, _parent_id text, _feed text, _position int, primary key (_feed, _parent_id, _position)
);
insert into quality_raw_shop.orders select 'o' || n, n, 'shop', 1 from generate_series(1, 50) n;
insert into quality_raw_shop.orders values ('o1', 1, 'other_feed', 1);
insert into quality_raw_shop.orders__lines select 'sku', 'o' || n, 'shop', 0
from generate_series(1, 50) n;
"""


@pytest.fixture(scope="module")
def feed() -> Feed:
    file = TenantFile(
        tenant="quality", name="Q", owner="q", feeds={"shop": FeedFile(start_date=date(2026, 1, 1))}
    )
    return Feed(
        tenant=Tenant(file, Path("quality.yaml")),
        name="shop",
        connector=CONNECTOR,
        streams=dict(CONNECTOR.streams),
        options={},
        concepts=CONNECTOR.concepts,
        schedule="5 4 * * *",
        start_date=date(2026, 1, 1),
        priority=5,
        enabled=True,
        deadline_minutes=60,
    )


@pytest.fixture
def place(feed: Feed) -> ledger.LoadPlace:
    return ledger.LoadPlace(
        tenant="quality",
        feed="shop",
        connector="shop",
        stream="orders",
        kind=RunKind.SCHEDULED,
        window=Window(None, NOW),
        started_at=NOW,
        origin=RunOrigin("ingest", "run_1"),
    )


@pytest.fixture
def house(warehouse: str, place: ledger.LoadPlace) -> Iterator[Warehouse]:
    """One clean load of 50 orders with a line each; everything is dropped afterwards."""
    house = Warehouse(warehouse, tenant_roles=False)
    with house.connect() as connection:
        ddl.run_migrations(connection)
        connection.execute("create schema quality_raw_shop")
        connection.execute(TABLES.encode())
        connection.execute("alter table quality_raw_shop.orders add primary key (_feed, id)")
        load_id = ledger.fetch_next_load_id(connection)
        ledger.run_record_load(connection, place, _result(load_id, inserted=50))
        connection.execute("update elt_ops.loads set finished_at = %s", [NOW])
    yield house
    with house.connect() as connection:
        connection.execute("drop schema if exists quality_raw_shop, quality_mart, elt_ops cascade")


def _result(
    load_id: int, *, inserted: int = 0, quarantined: int = 0, updated: int = 0
) -> LoadResult:
    return LoadResult(
        load_id=load_id,
        read=inserted + quarantined + updated,
        inserted=inserted,
        updated=updated,
        unchanged=0,
        quarantined=quarantined,
        filtered=0,
    )


def _run(house: Warehouse, *statements: str) -> None:
    with house.connect() as connection:
        for statement in statements:
            connection.execute(statement.encode())


def _bad(found: list[CheckOutcome]) -> dict[str, tuple[int | None, tuple[str, ...]]]:
    return {
        f"{outcome.stream}.{outcome.name}": (outcome.bad_rows, outcome.sample)
        for outcome in found
        if outcome.status is Status.FAILED
    }


def test_a_clean_load_passes_every_check(house: Warehouse, feed: Feed) -> None:
    found = run_raw_checks(house, feed, RUN, ["orders"])
    learned = [outcome for outcome in found if outcome.origin is Origin.LEARNED]
    assert [one.detail for one in learned] == ["Still learning: 0 of 14 days seen."]
    found = [outcome for outcome in found if outcome.origin is Origin.BUILT_IN]
    assert {outcome.name: outcome.status for outcome in found} == dict.fromkeys(
        [
            "books_balance",
            "last_load_succeeded",
            "schema_drift",
            "quarantine_share",
            "quarantine_share_early",
            "freshness",
            "freshness_early",
            "rows_match_ledger",
            "keys_unique",
            "keys_not_null",
            "orders__lines_have_parents",
        ],
        Status.PASSED,
    )
    with house.connect() as connection:
        stored = outcomes.fetch_latest_checks(connection, "quality", feed="shop", layer="raw")
        scores = outcomes.fetch_latest_scores(connection, "quality")
    assert len(stored) - 1 == len(found) == 11
    assert {row["state"] for row in stored} == {"passed", "skipped"}
    assert {row["run_id"] for row in stored} == {"run_1"}
    assert [(s["layer"], s["feed"], str(s["score"]), s["checks"], s["failed"]) for s in scores] == [
        ("raw", "shop", "100.00", 11, 0)
    ]


UNKEYED = "alter table quality_raw_shop.orders drop constraint orders_pkey"


@pytest.mark.parametrize(
    ("defect", "expected"),
    [
        (
            ["delete from quality_raw_shop.orders where id = 'o7' and _feed = 'shop'"],
            {
                "orders.rows_match_ledger": (1, ("table 49, ledger 50",)),
                "orders.orders__lines_have_parents": (1, ("o7",)),
            },
        ),
        (
            ["insert into quality_raw_shop.orders values ('extra', 1, 'shop', 1)"],
            {"orders.rows_match_ledger": (1, ("table 51, ledger 50",))},
        ),
        (
            ["update quality_raw_shop.orders__lines set _parent_id = 'gone' || _parent_id"],
            {
                "orders.orders__lines_have_parents": (
                    50,
                    ("goneo1", "goneo10", "goneo11", "goneo12", "goneo13"),
                )
            },
        ),
        (
            [
                "alter table elt_ops.loads drop constraint loads_check",
                "update elt_ops.loads set read = read + 1",
            ],
            {"orders.books_balance": (1, ("load 1",))},
        ),
        (
            ["update elt_ops.loads set finished_at = finished_at - interval '27 hours'"],
            {"orders.freshness_early": (1, ("last load 2026-10-30 21:00:00+00",))},
        ),
        (
            ["update elt_ops.loads set finished_at = finished_at - interval '51 hours'"],
            {
                "orders.freshness_early": (1, ("last load 2026-10-29 21:00:00+00",)),
                "orders.freshness": (1, ("last load 2026-10-29 21:00:00+00",)),
            },
        ),
        (
            ["update elt_ops.loads set quarantined = 1, read = 51"],
            {"orders.quarantine_share_early": (1, ("quarantined 1 of 51",))},
        ),
        (
            ["update elt_ops.loads set quarantined = 10, read = 60"],
            {
                "orders.quarantine_share_early": (1, ("quarantined 10 of 60",)),
                "orders.quarantine_share": (1, ("quarantined 10 of 60",)),
            },
        ),
    ],
)
def test_each_defect_is_found_and_nothing_else(
    house: Warehouse,
    feed: Feed,
    defect: list[str],
    expected: dict[str, tuple[int, tuple[str, ...]]],
) -> None:
    _run(house, *defect)
    assert _bad(run_raw_checks(house, feed, RUN, ["orders"])) == expected


def test_doubled_and_null_keys_are_found_when_the_key_is_gone(house: Warehouse, feed: Feed) -> None:
    """A table restored without its key takes any row; the declared key still says what is wrong."""
    _run(
        house,
        UNKEYED,
        "alter table quality_raw_shop.orders alter id drop not null",
        "alter table quality_raw_shop.orders add primary key (_feed, total)",
        "update quality_raw_shop.orders set id = 'o2' where total in (3, 4)",
        "update quality_raw_shop.orders set id = null where total = 5",
        "delete from quality_raw_shop.orders__lines where _parent_id in ('o3', 'o4', 'o5')",
    )
    assert _bad(run_raw_checks(house, feed, RUN, ["orders"])) == {
        "orders.keys_unique": (2, ("o2", "o2")),
        "orders.keys_not_null": (1, ("null",)),
    }


def test_a_changed_source_is_a_warning_but_its_first_load_is_not(
    house: Warehouse, feed: Feed, place: ledger.LoadPlace
) -> None:
    added = SchemaChange("orders", "colour", "unknown_field", None, "text")
    first = SchemaChange("orders", "total", "added", None, "numeric")
    with house.connect() as connection:
        run_record_schema_changes(connection, place, 1, [first])
    assert not _bad(run_raw_checks(house, feed, RUN, ["orders"]))
    with house.connect() as connection:
        ledger.run_record_load(connection, place, _result(2))
        run_record_schema_changes(connection, place, 2, [added])
        connection.execute("update elt_ops.loads set finished_at = %s", [NOW])
    found = run_raw_checks(house, feed, RUN, ["orders"])
    assert _bad(found) == {"orders.schema_drift": (1, ("orders.colour unknown_field",))}
    assert build_check_error(found, "quality", "shop") is None
    assert not _bad(run_raw_checks(house, feed, replace(RUN, run_id="another"), ["orders"]))


def test_a_failed_last_load_is_a_warning(
    house: Warehouse, feed: Feed, place: ledger.LoadPlace
) -> None:
    """A feed whose newest load had failed once scored 100: the older rows were all right."""
    with house.connect() as connection:
        failed = ledger.run_record_failure(connection, place, AccessDenied("no."))
    found = run_raw_checks(house, feed, RUN, ["orders"])
    assert _bad(found) == {"orders.last_load_succeeded": (1, (f"load {failed} AccessDenied",))}
    assert build_check_error(found, "quality", "shop") is None


def test_without_a_run_the_last_load_counts(
    house: Warehouse, feed: Feed, place: ledger.LoadPlace
) -> None:
    by_hand = replace(place, origin=NOWHERE)
    with house.connect() as connection:
        ledger.run_record_load(connection, by_hand, _result(2, quarantined=20))
        connection.execute("update elt_ops.loads set finished_at = %s", [NOW])
    found = run_raw_checks(house, feed, CheckContext(NOW), ["orders"])
    assert _bad(found)["orders.quarantine_share"] == (1, ("quarantined 20 of 20",))


def test_a_stream_that_was_never_loaded_warns(house: Warehouse, feed: Feed) -> None:
    """A backfill may come before the first scheduled run: no error, but no silence either."""
    found = run_raw_checks(house, feed, RUN)
    assert _bad(found) == {"refunds.freshness_early": (1, ("never loaded",))}
    assert build_check_error(found, "quality", "shop") is None
    weekly = replace(feed, schedule="5 4 * * 1")
    later = CheckContext(NOW + timedelta(days=7))
    assert not _bad(run_raw_checks(house, weekly, later, ["orders"]))
    manual = replace(feed, schedule=None)
    assert not _bad(run_raw_checks(house, manual, CheckContext(NOW + timedelta(days=999))))


def test_a_read_that_never_ends_is_not_fresh(house: Warehouse, feed: Feed) -> None:
    """Every try committed a part and broke: the stream looked fresh, its newest rows never came."""
    with house.connect() as connection:
        connection.execute("update elt_ops.loads set is_last = false")
    found = run_raw_checks(house, feed, RUN, ["orders"])
    assert _bad(found) == {"orders.freshness_early": (1, ("never loaded",))}


OWN_CHECK = """\
-- check: {name}
-- severity: error
-- stream: {stream}
-- why: Totals are positive.
select {select} as bad_key from {{schema}}.orders where _feed = {{feed}} and id like 'o1%' {where}
"""


@pytest.fixture
def own_checks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "shop" / "checks"
    folder.mkdir(parents=True)
    monkeypatch.setenv("ELT_CONNECTORS_DIR", str(tmp_path))
    return folder


def test_a_connectors_own_check_runs_and_samples_five_keys(
    house: Warehouse, feed: Feed, own_checks: Path
) -> None:
    text = OWN_CHECK.format(name="own", stream="orders", select="id", where="")
    (own_checks / "own.sql").write_text(text)
    found = run_raw_checks(house, feed, RUN, ["orders"])
    # o1 and o10 to o19 of this feed; o1 of the other feed is not ours.
    assert _bad(found) == {"orders.own": (11, ("o1", "o10", "o11", "o12", "o13"))}
    error = build_check_error(found, "quality", "shop")
    assert type(error).__name__ == "CheckFailed"


def test_a_broken_check_does_not_stop_the_others(
    house: Warehouse, feed: Feed, own_checks: Path
) -> None:
    rows = {
        "broken": OWN_CHECK.format(name="broken", stream="orders", select="nowhere", where=""),
        "dividing": OWN_CHECK.format(
            name="dividing", stream="orders", select="id", where="and 1 / (total - 1) > 0"
        ),
        "own": OWN_CHECK.format(name="own", stream="orders", select="id", where="and total < 0"),
        "early": OWN_CHECK.format(name="early", stream="refunds", select="id", where=""),
        "headless": "select 1 as bad_key",
        "writing": "-- check: writing\n-- severity: warn\n-- stream: orders\n-- why: w\n"
        "delete from {schema}.orders where _feed = {feed} returning id as bad_key",
    }
    for stem, text in rows.items():
        (own_checks / f"{stem}.sql").write_text(text)
    found = {o.name: o for o in run_raw_checks(house, feed, RUN) if o.name in rows}
    assert {name: outcome.status.value for name, outcome in found.items()} == {
        "broken": "broken",
        "dividing": "broken",
        "own": "passed",
        "early": "skipped",
        "headless": "broken",
        "writing": "broken",
    }
    assert 'column "nowhere" does not exist' in found["broken"].detail
    assert "has no line `-- check: ...`" in found["headless"].detail
    error = build_check_error(list(found.values()), "quality", "shop")
    assert type(error).__name__ == "CheckBroken"
    with psycopg.connect(house.url) as connection:
        counted = connection.execute("select count(*) from quality_raw_shop.orders").fetchone()
        stored = connection.execute(
            "select state from elt_ops.check_results where check_name = 'broken'"
        ).fetchall()
    assert counted == (51,)
    assert stored == [("broken",)]


def test_a_percent_sign_and_a_quote_are_only_text(
    house: Warehouse, feed: Feed, own_checks: Path
) -> None:
    """`like 'o1%'` once reached the driver as a parameter mark."""
    where = "and total % 2 = 0 and 'a''b' <> '%s'"
    text = OWN_CHECK.format(name="own", stream="orders", select="id", where=where)
    (own_checks / "own.sql").write_text(text)
    quoted = replace(feed, name="sh'op")
    assert not [
        o.name
        for o in run_raw_checks(house, quoted, RUN, ["orders"])
        if o.status is Status.BROKEN or (o.name == "own" and o.status is Status.FAILED)
    ]
    assert _bad(run_raw_checks(house, feed, RUN, ["orders"]))["orders.own"][0] == 5


def test_mart_checks_without_marts_are_skipped_visibly(house: Warehouse, feed: Feed) -> None:
    found = run_mart_checks(house, feed.tenant, RUN)
    assert found
    assert {outcome.status for outcome in found} == {Status.SKIPPED}
    assert all(outcome.detail.startswith("the tenant has no ") for outcome in found)
    with house.connect() as connection:
        stored = outcomes.fetch_latest_checks(connection, "quality", layer="mart")
        scores = outcomes.fetch_latest_scores(connection, "quality")
    assert len(stored) == len(found)
    assert [(s["layer"], s["score"], s["checks"]) for s in scores] == [("mart", None, 0)]
