"""Connector `sql` on a real MariaDB: every type, rights, and ERPNext straight from its database.

The feed block is the one in the connector's README; the tables are the vendor's own; the rows are
those the sandbox's site shows over REST, loaded both ways and compared field by field.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pymysql
import pytest
import yaml

from include.core import clock
from include.core.errors import AccessDenied, ConfigError, UpstreamUnavailable
from include.core.streams import RunKind, Window
from include.extract.source import ReadOptions
from include.extract.sql.source import SqlSource
from include.ledger.connection import Warehouse
from include.pipeline.feed_load import run_feed_load
from include.pipeline.load_request import LoadRequest
from include.sandbox.serve.session import Session
from include.sandbox.testing import running_sandbox
from include.sandbox.vendors.erpnext.site import CHILDREN
from include.sandbox.vendors.erpnext.vendor import CREDENTIALS, STREAMS, fetch_site
from include.sandbox.world import WorldSpec
from tests.connectors.connector_cases import sandbox_credentials
from tests.connectors.vendor_specs import load_spec
from tests.e2e.mariadb_server import PASSWORD, running_mariadb
from tests.integration.sql_case import SqlCase
from tests.load_environment import build_environment
from tests.unit.feed_maker import build_feed

ROOT = Path(__file__).resolve().parents[2]
# Where the block keeps what the REST connector nests.
LINES = {
    "sales_orders__items": "sales_order_items",
    "sales_orders__taxes": "taxes_and_charges",
    "sales_invoices__items": "sales_invoice_items",
    "sales_invoices__taxes": "taxes_and_charges",
    "sales_invoices__payments": "sales_invoice_payments",
    "payment_entries__references": "payment_entry_references",
}
BEFORE = datetime(2026, 9, 1, tzinfo=UTC)
NOW = datetime(2026, 11, 1, tzinfo=UTC)


class Maria:
    """The server, as root of one database of its own."""

    def __init__(self, port: int, database: str) -> None:
        self.port, self.database = port, database
        self.run(f"create database {database} character set utf8mb4", database=None)

    def connect(self, database: str | None) -> Any:
        return pymysql.connect(
            host="127.0.0.1", port=self.port, user="root", password=PASSWORD,
            database=database, autocommit=True, charset="utf8mb4",
        )  # fmt: skip

    def run(self, *statements: str, database: str | None = "") -> None:
        name = self.database if database == "" else database
        with self.connect(name) as connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    def url(self, user: str = "root", password: str = PASSWORD) -> str:
        place = f"127.0.0.1:{self.port}/{self.database}"
        return f"mysql://{user}:{password}@{place}?charset=utf8mb4"


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with running_mariadb() as port:
        yield port


TYPES = """
create table `Every Type` (
  `Id` bigint unsigned primary key, tiny tinyint, flag tinyint(1), odd bool,
  small smallint unsigned, medium mediumint, plain int, wide int unsigned, big bigint,
  exact decimal(65,30),
  money_amount decimal(21,9), single float, twice double, one_bit bit(1), bits bit(10),
  all_bits bit(64), born date, wall datetime(6), moment timestamp(6) null, clock time(6), yr year,
  word varchar(200), fixed char(9), code binary(3), data blob, long_text longtext, doc json,
  mood enum('sad','it''s ok'), tags set('a','b'), place point
) charset utf8mb4
"""


def test_every_type_arrives_exactly(port: int, warehouse: str) -> None:
    maria = Maria(port, "types")
    maria.run(
        "set global time_zone = '-03:00'",
        TYPES,
        "set time_zone = '+00:00'",
        "insert into `Every Type` values (18446744073709551615, -128, 1, 2, 65535, -8388608, "
        "-2147483648, 4294967295, -9223372036854775808, "
        "'12345678901234567890123456789012345.000000000000000000000000000001', 1.100000000, "
        "16777217.3, 0.1, b'1', b'1000000001', 18446744073709551615, '2024-02-29', "
        "'2024-06-01 12:00:00.123456', '2024-06-01 12:00:00.123456', '-838:59:58.999999', 2024, "
        "'ü€\U0001f600 \\\\ ''\"', 'ab', x'00ff41', x'0001ff', 'l', '{\"a\": 1.10}', 'it''s ok', "
        "'a,b', point(1, 2))",
        "set sql_mode = ''",
        "insert into `Every Type` (`Id`, born, wall, flag, word) values "
        "(1, '0000-00-00', '0000-00-00 00:00:00', 0, ''), (2, '2024-00-10', null, null, null)",
    )
    case = SqlCase(warehouse, maria.url())
    assert case.expect().loaded["every_type"].counts()["loaded"] == 3
    first, second, last = case.rows("every_type")
    names = [row[0] for row in case.query(
        "select column_name from information_schema.columns where table_schema = '{raw}' "
        "and table_name = 'every_type' order by ordinal_position"
    )]  # fmt: skip
    row = dict(zip(names, last, strict=True))
    assert row["id"] == Decimal(2**64 - 1)
    assert [row[n] for n in ("tiny", "flag", "odd", "small", "medium", "plain", "wide", "big")] == [
        *(-128, True, None, 65535, -8388608, -2147483648, 4294967295, -(2**63))
    ]
    assert row["_extra"] == {"odd_as_written": "2"}
    wanted = "12345678901234567890123456789012345.000000000000000000000000000001"
    assert row["exact"] == Decimal(wanted)
    assert str(row["money_amount"]) == "1.100000000"
    assert (row["single"], row["twice"]) == (16777218.0, 0.1)
    assert (row["one_bit"], row["bits"], row["all_bits"]) == (True, 513, Decimal(2**64 - 1))
    moment = datetime(2024, 6, 1, 12, 0, 0, 123456, tzinfo=UTC)
    assert (row["born"], row["wall"], row["moment"]) == (date(2024, 2, 29), moment, moment)
    assert (row["clock"], row["yr"]) == ("-838:59:58.999999", 2024)
    assert (row["word"], row["fixed"]) == ("ü€\U0001f600 \\ '\"", "ab")
    assert (row["code"], row["data"]) == (b"\x00\xffA", b"\x00\x01\xff")
    assert (row["doc"], row["mood"], row["tags"]) == ('{"a": 1.10}', "it's ok", "a,b")
    assert isinstance(row["place"], bytes)
    zero = dict(zip(names, first, strict=True))
    assert (zero["born"], zero["wall"], zero["flag"], zero["word"]) == (None, None, False, "")
    assert zero["_extra"] == {
        "born_as_written": "0000-00-00", "wall_as_written": "0000-00-00 00:00:00.000000",
    }  # fmt: skip
    broken = dict(zip(names, second, strict=True))
    assert (broken["_extra"], broken["word"]) == ({"born_as_written": "2024-00-10"}, None)


def test_windows_chunks_and_positions(port: int, warehouse: str) -> None:
    maria = Maria(port, "windows")
    maria.run(
        "create table t (a varchar(20), b int, at datetime(6), primary key (a, b))",
        "insert into t select concat(x.w, '%'), n.seq, date_add('2026-02-01', interval n.seq "
        "minute) from seq_1_to_30 n, (select 'x' as w union select 'Y''' union select '') as x",
    )
    case = SqlCase(warehouse, maria.url(), chunk_rows=7)
    source = SqlSource(case.feed, case.credentials)
    pages = list(source.read("t", Window()))
    keys = [(row["a"], row["b"]) for page in pages for row in page.records.to_pylist()]
    assert len(keys) == len(set(keys)) == 90
    for number, page in enumerate(pages, 1):
        rest = source.read("t", Window(), ReadOptions(page.position))
        found = [(row["a"], row["b"]) for p in rest for row in p.records.to_pylist()]
        assert found == keys[7 * number :]
    by_time = SqlCase(warehouse, maria.url(), streams={"t": {"cursor": "at"}})
    assert by_time.expect().loaded["t"].inserted == 90
    maria.run("update t set at = '2026-03-01 13:00:00' where b = 3")
    # 13:00 is where the first window ended.
    assert by_time.expect().loaded["t"].updated == 3
    number = SqlCase(warehouse, maria.url(), streams={"t": {"cursor": "b"}}, chunk_rows=4)
    assert number.expect().loaded["t"].inserted == 90
    maria.run("insert into t values ('new', 31, null), ('late', 30, null)")
    assert number.expect().loaded["t"].inserted == 1


def test_rights_and_faults_are_told_apart(port: int, warehouse: str) -> None:
    maria = Maria(port, "rights")
    maria.run(
        "create table orders (id int primary key)",
        "create user 'reader'@'%' identified by 'swordfish'",
        "create user 'reader'@'localhost' identified by 'swordfish'",
    )

    def check(url: str, **options: Any) -> None:
        case = SqlCase(warehouse, url, **options)
        SqlSource(case.feed, case.credentials).check()

    with pytest.raises(AccessDenied, match="password"):
        check(maria.url("reader", "wrong"))
    with pytest.raises(AccessDenied, match=r"grant select on rights\.\* to reader"):
        check(maria.url("reader", "swordfish"))
    maria.run("grant insert on rights.orders to 'reader'@'%', 'reader'@'localhost'")
    with pytest.raises(AccessDenied, match=r"grant select on .*orders.* to reader"):
        check(maria.url("reader", "swordfish"))
    maria.run("grant select on rights.orders to 'reader'@'%', 'reader'@'localhost'")
    check(maria.url("reader", "swordfish"))
    with pytest.raises(ConfigError, match="nowhere"):
        check(maria.url(), streams={"nowhere": {}})
    with pytest.raises(ConfigError, match="Unknown database"):
        check(maria.url().replace("/rights", "/nodb"))
    with pytest.raises(UpstreamUnavailable):
        check(maria.url().replace(f":{port}", ":1"))
    writing = SqlCase(warehouse, maria.url(), streams={
        "x": {"query": "select nextval(s) as id", "primary_key": "id"}
    })  # fmt: skip
    maria.run("create sequence s")
    source = SqlSource(writing.feed, writing.credentials)
    with pytest.raises(ConfigError):
        list(source.read("x", Window()))


def _documented_options() -> dict[str, Any]:
    text = (ROOT / "include/connectors/erpnext/README.md").read_text()
    blocks = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    [feed] = yaml.safe_load(blocks[0]).values()
    assert feed["connector"] == "sql"
    return dict(feed["options"])


def _sync(maria: Maria, session: Session) -> None:
    """Make the database's rows those of the site: new and changed ones replaced, others deleted."""
    with maria.connect(maria.database) as connection, connection.cursor() as cursor:
        cursor.execute("set sql_mode = 'STRICT_ALL_TABLES'")
        for doctype, rows in fetch_site(session, "corner").tables.items():
            cursor.execute(f"show columns from `tab{doctype}`")
            known = [column[0] for column in cursor.fetchall()]
            cursor.execute(f"select name from `tab{doctype}`")
            gone = {name for (name,) in cursor.fetchall()} - {row["name"] for row in rows}
            for name in gone:
                cursor.execute(f"delete from `tab{doctype}` where name = %s", name)
            for row in rows:
                held = {n: row[n] for n in known if row.get(n) is not None}
                names = ", ".join(f"`{name}`" for name in held)
                marks = ", ".join(["%s"] * len(held))
                values = [repr(v) if isinstance(v, float) else v for v in held.values()]
                statement = f"replace into `tab{doctype}` ({names}) values ({marks})"
                cursor.execute(statement, values)


def _load_rest(case: SqlCase, spec: WorldSpec, at: datetime) -> dict[str, Any]:
    """Rows of connector `erpnext` after a load, by table."""
    feed = replace(build_feed("erpnext"), tenant=case.feed.tenant, name="rest")
    with running_sandbox(spec) as url, clock.frozen(at):
        login = sandbox_credentials("x", url, "erpnext", CREDENTIALS["corner"])
        house = Warehouse(case.warehouse, tenant_roles=False)
        done = run_feed_load(LoadRequest(feed, RunKind.SCHEDULED), build_environment(house, login))
    assert done.failed == {}
    return dict(feed.streams)


def _compare(case: SqlCase, streams: dict[str, Any]) -> dict[str, int]:
    """Every field REST has against the database's row of that name; how many, by table."""
    compared: dict[str, int] = {}
    tables = {name: list(stream.columns) for name, stream in streams.items()}
    tables |= {
        f"{name}__{child}": list(described.columns)
        for name, stream in streams.items()
        for child, described in stream.children.items()
    }
    raw = case.feed.tenant.id
    for table, columns in tables.items():
        stream, _, child = table.partition("__")
        ours = LINES.get(table, table)
        there = {c for (c,) in case.query(
            "select column_name::text from information_schema.columns where "
            f"table_schema = '{raw}_raw_sql' and table_name = '{ours}'"
        )}  # fmt: skip
        wanted = [column for column in columns if column in there]
        assert set(columns) - there <= {"primary_address"}, (table, set(columns) - there)
        listed = ", ".join(wanted)
        live = "" if child else " where _deleted_at is null"
        scope = f" where parenttype = '{STREAMS[stream]}'" if child == "taxes" else ""
        theirs = case.query(f"select {listed} from {raw}_raw_erpnext.{table}{live} order by name")
        found = case.query(f"select {listed} from {{raw}}.{ours}{scope} order by name")
        assert len(theirs) == len(found), table
        compared[table] = len(wanted) * len(found)
        for one, other in zip(theirs, found, strict=True):
            for column, a, b in zip(wanted, one, other, strict=True):
                same = a == b or (a is None and b in (0, "", None))
                assert same, (table, one[0], column, a, b)
    return compared


def test_erpnext_from_its_database_equals_erpnext_over_rest(port: int, warehouse: str) -> None:
    maria = Maria(port, "erpnext")
    maria.run(*filter(str.strip, re.split(r";\s*\n", load_spec("erpnext.mariadb.sql"))))
    case = SqlCase(warehouse, maria.url(), **_documented_options())
    for spec, at in ((WorldSpec(size=100, as_of=BEFORE), BEFORE), (WorldSpec(size=100), NOW)):
        session = Session(spec)
        _sync(maria, session)
        case.now = at + timedelta(hours=5)
        done = case.expect().loaded
        streams = _load_rest(case, spec, case.now)
        assert all(load.quarantined == 0 for load in done.values())
        compared = _compare(case, streams)
        assert sum(compared.values()) > 3000
    assert min(compared.values()) > 0, compared
    # The second load read what had changed, not everything.
    entries = len(fetch_site(session, "corner").tables["Stock Ledger Entry"])
    assert 0 < done["stock_ledger_entries"].read < entries
    [(draft,), *_] = case.query("select name from {raw}.sales_orders where docstatus = 0")
    maria.run(
        f"delete from `tabSales Order` where name = '{draft}'",
        f"delete from `tabSales Order Item` where parent = '{draft}'",
        f"delete from `tabSales Taxes and Charges` where parent = '{draft}'",
    )
    assert case.expect().loaded["sales_orders"].deleted == 0
    swept = case.expect(kind=RunKind.SWEEP)
    assert swept.loaded["sales_orders"].deleted == 1
    assert swept.loaded["sales_order_items"].deleted > 0
    assert case.query(
        "select name from {raw}.sales_orders where _deleted_at is not null"
    ) == [(draft,)]  # fmt: skip


def test_every_document_the_rest_connector_reads_has_its_table_in_the_block() -> None:
    tables = {block["table"] for block in _documented_options()["streams"].values()}
    children = {child for named in CHILDREN.values() for child in named.values()}
    assert tables == {f"tab{name}" for name in (*STREAMS.values(), *children)}
