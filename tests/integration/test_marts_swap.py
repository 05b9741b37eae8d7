"""The swap of marts: what a reader sees meanwhile, and what survives it."""

import threading
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from include.core.errors import WarehouseUnavailable
from include.destinations.postgres.marts import swap
from include.destinations.postgres.marts.candidates import fetch_waiting, run_ensure_candidates
from include.destinations.postgres.marts.publisher import PostgresMarts
from include.destinations.postgres.marts.reader_role import run_ensure_reader
from include.destinations.postgres.tenant_schemas import DBT_LAYERS, run_ensure_schemas
from include.ledger import ddl
from include.ledger.connection import Connection, Warehouse
from include.ledger.trust.publishes import MartState, run_note_build, run_note_published

TENANT = "swapped"
ROLE = f"elt_{TENANT}"
MART, NEXT, BI, NEXT_BI = (f"{TENANT}_{one}" for one in ("mart", "next", "bi", "next_bi"))
TABLES = [f"fct_{number}" for number in range(12)]


@pytest.fixture
def db(warehouse: str) -> Iterator[Connection]:
    """Twelve marts of version 1, a view of all of them, one on that view."""
    house = Warehouse(warehouse, tenant_roles=True)
    with house.connect(autocommit=True) as connection:
        ddl.run_migrations(connection)
        for layer in DBT_LAYERS:
            connection.execute(f"drop schema if exists {TENANT}_{layer} cascade".encode())
        connection.execute("delete from elt_ops.mart_states")
        schemas = [f"{TENANT}_{layer}" for layer in DBT_LAYERS]
        run_ensure_schemas(connection, TENANT, schemas, tenant_roles=True)
        make(connection, MART, 1)
        view(
            connection, f"{BI}.orders", f"select sum(v) as v, count(*) as n from ({union(MART)}) u"
        )
        view(connection, f"{BI}.above", f"select v + 0 as v from {BI}.orders")
        run_ensure_candidates(connection, TENANT, ROLE)
        yield connection


def as_owner(connection: Connection, *statements: str) -> None:
    with connection.transaction():
        connection.execute(f"set local role {ROLE}".encode())
        for one in statements:
            connection.execute(one.encode())


def make(connection: Connection, schema: str, version: int, names: list[str] = TABLES) -> None:
    """What dbt does: tables of one row that says which build made it."""
    for name in names:
        place = f"{schema}.{name}"
        drop = f"drop view if exists {place} cascade" if schema == NEXT else "select 1"
        as_owner(connection, drop, f"create table {place} as select {version} as v")


def view(connection: Connection, place: str, select: str) -> None:
    as_owner(connection, f"create view {place} as {select}")


def union(schema: str, names: list[str] = TABLES) -> str:
    return " union all ".join(f"select v from {schema}.{name}" for name in names)


def publish(connection: Connection, **kwargs: Any) -> Any:
    def note(inner: Connection) -> None:
        run_note_published(inner, TENANT, 1)

    return swap.run_swap(connection, TENANT, ROLE, note, **kwargs)


def one(connection: Any, query: str) -> Any:
    return connection.execute(query.encode()).fetchone()[0]


class Reader(threading.Thread):
    """Asks every few milliseconds, by tables, by a view and by a view on a view."""

    def __init__(self, url: str) -> None:
        super().__init__(daemon=True)
        self.url, self.over = url, threading.Event()
        self.seen: set[tuple[int, ...]] = set()
        self.errors: list[str] = []
        self.slowest = 0.0

    def run(self) -> None:
        tables = f"select count(*), min(v), max(v) from ({union(MART)}) u"
        queries = [tables, f"select n, v / n, v / n from {BI}.orders",
                   f"select {len(TABLES)}, v / 12, v / 12 from {BI}.above"]  # fmt: skip
        with psycopg.connect(self.url, autocommit=True) as connection:
            while not self.over.wait(0.005):
                for query in queries:
                    began = time.monotonic()
                    try:
                        row = connection.execute(query.encode()).fetchone()
                        self.seen.add(tuple(int(x) for x in row or ()))
                    except psycopg.Error as error:
                        self.errors.append(str(error))
                    self.slowest = max(self.slowest, time.monotonic() - began)


def test_readers_see_one_build_or_the_other_and_never_wait_long(
    db: Connection, warehouse: str
) -> None:
    """dbt swapped table by table: between the first and the last, sums of two builds were mixed."""
    readers = [Reader(warehouse) for _ in range(3)]
    for reader in readers:
        reader.start()
    held = []
    for version in range(2, 8):
        make(db, NEXT, version)
        view(db, f"{NEXT_BI}.orders", f"select sum(v) as v, count(*) as n from ({union(NEXT)}) u")
        held.append(publish(db).held_s)
    time.sleep(0.1)
    for reader in readers:
        reader.over.set()
        reader.join()
        assert not reader.errors
        assert reader.seen == {(12, version, version) for version in range(1, 8)} or all(
            row[0] == 12 and row[1] == row[2] for row in reader.seen
        )
        assert len(reader.seen) > 2
        assert reader.slowest < 2.5
    assert max(held) < 1.0


def test_what_was_not_built_stays_and_is_read_beside_what_was(db: Connection) -> None:
    make(db, NEXT, 2, TABLES[:1])
    assert one(db, f"select sum(v) from ({union(NEXT)}) u") == 13, "stand-ins of the eleven others"
    assert fetch_waiting(db, TENANT) == ["fct_0"]
    assert publish(db).tables == ("fct_0",)
    assert one(db, f"select v from {BI}.orders") == 13
    assert one(db, f"select v from {BI}.above") == 13
    assert fetch_waiting(db, TENANT) == []
    assert one(db, f"select sum(v) from ({union(NEXT)}) u") == 13


def test_rights_and_everybodys_views_survive(db: Connection, warehouse: str) -> None:
    """Grants went with the table that was swapped away, and so did views of other schemas."""
    reader = run_ensure_reader(db, TENANT, ROLE)
    for role in ("swap_analyst", "swap_guest"):
        with closing(db.cursor()) as cursor:
            cursor.execute(f"drop role if exists {role}".encode())
            cursor.execute(f"create role {role}; grant {role} to current_user".encode())
    db.execute("drop schema if exists swap_reports cascade; create schema swap_reports")
    db.execute("grant create, usage on schema swap_reports to swap_analyst")
    as_owner(
        db,
        f"grant usage on schema {MART}, {BI} to swap_analyst, swap_guest",
        f"grant select on {MART}.fct_0 to swap_analyst",
        f"grant select on {BI}.orders to swap_guest",
        f"alter default privileges in schema {MART} grant select on tables to swap_guest",
    )
    with db.transaction():
        db.execute("set local role swap_analyst")
        db.execute(f"create view swap_reports.mine as select v from {MART}.fct_0".encode())
    db.execute(f"create materialized view swap_reports.kept as select v from {MART}.fct_1".encode())
    make(db, NEXT, 2)
    as_owner(db, f"create table {NEXT}.fct_new as select 2 as v")
    view(db, f"{NEXT_BI}.orders", f"select 24 as v, count(*) as n, 'x' as extra from {NEXT}.fct_0")
    as_owner(db, f"comment on view {NEXT_BI}.orders is 'said anew'")
    assert publish(db).lost == ()
    with db.transaction():
        db.execute("set local role swap_analyst")
        assert one(db, "select v from swap_reports.mine") == 2
        assert one(db, f"select v from {MART}.fct_0") == 2
    with db.transaction():
        db.execute("set local role swap_guest")
        assert one(db, f"select v from {BI}.orders") == 24
        assert one(db, f"select v from {MART}.fct_new") == 2
    assert one(db, "select v from swap_reports.kept") == 2
    login = make_conninfo(warehouse, user=reader.role, password=reader.password)
    with psycopg.connect(login) as people:
        assert one(people, f"select v from {BI}.above") == 24
        assert one(people, f"select extra from {BI}.orders") == "x"
        assert one(people, "select count(*) from data_status") == 0
    assert one(db, f"select obj_description('{BI}.orders'::regclass)") == "said anew"
    owners = (
        f"select count(*) from pg_tables where schemaname = '{MART}' and tableowner <> '{ROLE}'"
    )
    assert one(db, owners) == 0


def test_a_view_whose_column_changes_its_type_is_made_anew_and_one_without_it_is_told(
    db: Connection,
) -> None:
    db.execute("drop schema if exists swap_reports cascade; create schema swap_reports")
    db.execute(f"create view swap_reports.typed as select v from {MART}.fct_0".encode())
    db.execute("create view swap_reports.above as select v as w from swap_reports.typed")
    db.execute("comment on column swap_reports.above.w is 'kept'")
    db.execute(f"create view swap_reports.gone as select v from {MART}.fct_1".encode())
    as_owner(db, f"drop view {BI}.orders cascade")
    as_owner(db, f"drop view {NEXT}.fct_0", f"create table {NEXT}.fct_0 as select 'two'::text as v")
    as_owner(db, f"drop view {NEXT}.fct_1", f"create table {NEXT}.fct_1 as select 2 as other")
    assert publish(db).lost == ("swap_reports.gone",)
    assert one(db, "select w from swap_reports.above") == "two"
    comment = "select col_description('swap_reports.above'::regclass, 1)"
    assert one(db, comment) == "kept"


def test_a_reader_that_does_not_end_is_waited_for_and_never_stopped(
    db: Connection, warehouse: str
) -> None:
    """One long query held the swap's lock request, and every other reader behind it."""
    make(db, NEXT, 2)
    with psycopg.connect(warehouse) as slow:
        slow.execute(f"select * from {MART}.fct_3".encode())
        other = Reader(warehouse)
        other.start()
        with pytest.raises(WarehouseUnavailable, match="somebody reads them"):
            publish(db, patience_s=2.5)
        other.over.set()
        other.join()
        assert not other.errors
        assert other.seen == {(12, 1, 1)}
        assert other.slowest < 1.5
        assert one(slow, f"select v from {MART}.fct_3") == 1
    assert publish(db).tables == tuple(sorted(TABLES))
    assert one(db, f"select v from {BI}.orders") == 24


def test_killed_in_the_middle_nothing_has_happened(db: Connection, warehouse: str) -> None:
    make(db, NEXT, 2)
    run_note_build(db, TENANT, MartState.BUILT)

    def kill(inner: Connection) -> None:
        run_note_published(inner, TENANT, 12)
        with psycopg.connect(warehouse, autocommit=True) as other:
            other.execute("select pg_terminate_backend(%s)", [inner.info.backend_pid])

    house = Warehouse(warehouse, tenant_roles=True)
    with pytest.raises(WarehouseUnavailable):
        PostgresMarts(house, TENANT).run_publish(kill)
    assert one(db, f"select v from {BI}.orders") == 12
    assert len(fetch_waiting(db, TENANT)) == 12
    assert one(db, "select state from elt_ops.mart_states") == "built"
    assert PostgresMarts(house, TENANT).run_publish(lambda c: None).tables
    assert one(db, f"select v from {BI}.orders") == 24
