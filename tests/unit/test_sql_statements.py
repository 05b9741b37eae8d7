"""What connector `sql` says to each database, without one: statements, types, errors, addresses."""

import subprocess
import sys
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from include.config.credentials import ConnectionFields, Credentials, build_credentials
from include.config.settings import ROOT
from include.core.errors import (
    AccessDenied,
    ConfigError,
    ContractBroken,
    EltError,
    UpstreamUnavailable,
)
from include.core.streams import Window
from include.extract.sql.columns import SqlColumn, build_names
from include.extract.sql.database import build_database
from include.extract.sql.errors import build_error, build_stream_error
from include.extract.sql.relation import Query, Relation, Syntax, Table
from include.extract.sql.select import Select, build_select
from include.extract.sql.streams import SqlStream, build_stream
from include.extract.sql.types_mssql_sqlite import build_mssql_column
from include.extract.sql.wall_clock import build_wall_end, build_wall_start

UTC_ZONE = ZoneInfo("UTC")
NEW_YORK = ZoneInfo("America/New_York")
DAY = Window(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, 12, tzinfo=UTC))


def _mssql(relation: Relation, **block: Any) -> SqlStream:
    natives = {
        "id": "int",
        "Code": "uniqueidentifier",
        "at": "datetime2(7)",
        "zoned": "datetimeoffset",
        "on_day": "date",
        "cost": "money",
        "exact": "decimal(38,10)",
        "n": "bigint",
    }
    columns = tuple(
        build_mssql_column(source, name, native, nullable=source != "n")
        for (source, native), name in zip(natives.items(), build_names(list(natives)), strict=True)
    )
    return build_stream("t", relation, columns, {"primary_key": ["id", "code"], **block})


def _select(stream: SqlStream, zone: ZoneInfo = UTC_ZONE, **how: Any) -> Select:
    return build_select(stream, Syntax("mssql"), zone, how.pop("window", Window()), **how)


def test_sql_server_gets_quoted_names_typed_values_and_chunks() -> None:
    made = _select(_mssql(Table("dbo", "Bad]Name%")), position=(7, "x'y"), limit=100)
    assert made.text == (
        "select top (100) t.[id] as [id], convert(char(36), t.[Code]) as [code], "
        "left(convert(varchar(33), t.[at], 126), 26) as [at], "
        "left(convert(varchar(33), cast(switchoffset(t.[zoned], '+00:00') as datetime2), 126), 26)"
        " as [zoned], convert(char(10), t.[on_day], 23) as [on_day], "
        "convert(varchar(50), cast(t.[cost] as decimal(19, 4))) as [cost], "
        "convert(varchar(50), t.[exact]) as [exact], t.[n] as [n] "
        "from [dbo].[Bad]]Name%%] as t "
        "where ((t.[id] > cast(%s as int)) or (t.[id] = cast(%s as int) "
        "and t.[Code] > cast(%s as uniqueidentifier))) order by t.[id], t.[Code]"
    )
    assert made.values == (7, 7, "x'y")


@pytest.mark.parametrize(
    ("cursor", "zone", "condition", "values"),
    [
        (
            "at",
            NEW_YORK,
            "((t.[at] >= cast(%s as datetime2) and t.[at] < cast(%s as datetime2)) "
            "or t.[at] is null)",
            ("2025-12-31 19:00:00.000000", "2026-01-02 07:00:00.000000"),
        ),
        (
            "zoned",
            NEW_YORK,
            "((t.[zoned] >= cast(%s as datetimeoffset) and t.[zoned] < cast(%s as datetimeoffset)) "
            "or t.[zoned] is null)",
            ("2026-01-01 00:00:00.000000", "2026-01-02 12:00:00.000000"),
        ),
        (
            "on_day",
            UTC_ZONE,
            "((t.[on_day] >= cast(%s as date) and t.[on_day] < cast(%s as date)) "
            "or t.[on_day] is null)",
            ("2026-01-01", "2026-01-03"),
        ),
    ],
)
def test_a_window_is_written_in_the_columns_own_terms(
    cursor: str, zone: ZoneInfo, condition: str, values: tuple[str, ...]
) -> None:
    made = _select(_mssql(Table(None, "t"), cursor=cursor), zone, window=DAY)
    written = made.text.split(" where ")[1].split(" order by ")[0]
    # Behind the window: times that no window would ever hold.
    inside, *beyond = written.removesuffix(")").split(" or ")
    nulls = [one for one in beyond if one.endswith(" is null")]
    assert f"{' or '.join([inside, *nulls])})" == condition
    assert [one.split()[1] for one in beyond[len(nulls) :]] == ["<", ">="]
    assert made.values[:2] == values
    assert [str(value)[:10] for value in made.values[2:]] == ["1900-01-01", "2200-01-01"]


def test_a_numeric_cursor_ignores_the_window_and_orders_by_itself_first() -> None:
    stream = _mssql(Table(None, "t"), cursor="n")
    assert stream.stream.stateful and stream.stream.cursor is None and stream.stream.sweep is None
    made = _select(stream, window=DAY, position=(5, 1, "c"))
    assert made.text.endswith("order by t.[n], t.[id], t.[Code]")
    assert made.values == (5, 5, 1, 5, 1, "c")


def test_a_query_becomes_a_sub_select_whose_last_comment_ends() -> None:
    made = _select(_mssql(Query("select 1 as id -- 100%")))
    assert "from (select 1 as id -- 100%%\n) as t" in made.text


def test_postgres_literals_cannot_be_left_by_what_is_in_them() -> None:
    syntax = Syntax("postgresql")
    assert syntax.bind("a'; drop \\' x", "text", []) == r"E'a''; drop \\'' x'::text"
    assert syntax.quote('a"b') == '"a""b"'
    assert Syntax("mysql").quote("a`b") == "`a``b`"


def test_the_repeated_hour_belongs_to_one_window() -> None:
    first = datetime(2025, 11, 2, 5, 30, tzinfo=UTC)  # 01:30 EDT
    second = datetime(2025, 11, 2, 6, 30, tzinfo=UTC)  # 01:30 EST
    assert build_wall_start(first, NEW_YORK) == build_wall_start(second, NEW_YORK)
    assert build_wall_end(first, NEW_YORK).hour == 1
    assert build_wall_end(second, NEW_YORK).hour == 2


def test_names_of_columns_are_made_of_their_own_alone() -> None:
    """Told apart by their order, two columns equal but for the case swapped when one went away."""
    sources = ["Order ID", "order_id", "OrderID", "2nd", "_x", "%", "xmin", "A" * 80, "価格"]
    names = build_names(sources)
    assert names[1] == "order_id"
    assert names[3:5] == ["n2nd", "x"]
    assert names[6] == "col_xmin"
    assert names[8] == "si_ge"
    assert len(set(names)) == len(names)
    assert max(map(len, names)) <= 56
    again = build_names([*reversed(sources[:2]), *sources[3:]])
    assert set(again) <= set(names)
    assert again[0] == names[1]


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ({"conn_type": "postgres", "host": "db", "port": 5433, "schema": "my_shop"},
         "postgresql+psycopg://elt:***@db:5433/my_shop"),
        ({"conn_type": "mysql", "host": "db", "schema": "shop"},
         "mysql+pymysql://elt:***@db/shop?charset=utf8mb4"),
        ({"conn_type": "mssql", "host": "db", "port": 1433, "schema": "shop"},
         "mssql+pymssql://elt:***@db:1433/shop"),
        ({"conn_type": "generic", "extra": {"url": "mariadb://a:sesame@h/d"}},
         "mysql+pymysql://a:***@h/d"),
    ],
)  # fmt: skip
def test_a_connection_names_the_database(fields: dict[str, Any], shown: str) -> None:
    known: dict[str, Any] = {"host": None, "port": None, "schema": None, "extra": {}}
    credentials = build_credentials(ConnectionFields(
        "c", login="elt", password="sesame", **{**known, **fields}
    ))  # fmt: skip
    made = build_database({}, credentials)
    assert repr(made) == f"Database({shown})"
    assert made.secret == "sesame"


def test_a_connection_of_another_kind_is_refused() -> None:
    with pytest.raises(ConfigError, match="oracle"):
        build_database({}, Credentials("c", kind="oracle", server="db"))
    with pytest.raises(ConfigError) as caught:
        build_database({}, Credentials("c", fields={"url": "no url with secret"}))
    assert "secret" not in str(caught.value)


class _DriverError(Exception):
    """As drivers raise them: (number, message), nested once by pymssql."""


@pytest.mark.parametrize(
    ("dialect", "args", "kind"),
    [
        ("mssql", (229, b"The SELECT permission was denied on the object 'o'"), AccessDenied),
        ("mssql", ((18456, b"Login failed for user 'elt'"),), AccessDenied),
        ("mssql", (208, b"Invalid object name 'x'"), ConfigError),
        ("mssql", (1205, b"deadlocked"), UpstreamUnavailable),
        ("mssql", (20009, b"Unable to connect"), UpstreamUnavailable),
        ("mssql", (8134, b"Divide by zero"), ContractBroken),
        ("mysql", (1205, "Lock wait timeout exceeded"), UpstreamUnavailable),
        ("mysql", (2013, "Lost connection to MySQL server during query"), UpstreamUnavailable),
        (
            "mysql",
            (1142, "SELECT command denied to user 'elt'@'h' for table `d`.`t`"),
            AccessDenied,
        ),
        ("mysql", (1146, "Table 'd.t' doesn't exist"), ConfigError),
        ("mysql", (9999, "new one"), ContractBroken),
    ],
)
def test_what_the_caller_must_do_follows_from_the_error(
    dialect: str, args: tuple[Any, ...], kind: type[EltError]
) -> None:
    url = {"mssql": "mssql://elt:hunter22@h/d", "mysql": "mysql://elt:hunter22@h/d"}[dialect]
    database = build_database({}, Credentials("c", fields={"url": url}))
    made = build_error(_DriverError(*args), database)
    assert type(made) is kind
    assert "hunter22" not in str(made) and "b'" not in str(made)


def test_a_broken_answer_of_postgres_tells_retryable_from_not() -> None:
    words = {
        "ERROR:  canceling statement due to conflict with recovery": UpstreamUnavailable,
        "server closed the connection unexpectedly": UpstreamUnavailable,
        "ERROR:  permission denied for table hidden": AccessDenied,
        'ERROR:  invalid input syntax for type integer: "a person\'s name"': ContractBroken,
    }
    for text, kind in words.items():
        made = build_stream_error(OSError(f"[libpq] Execution error: {text}"))
        assert type(made) is kind
        assert "person" not in str(made)


def test_a_key_without_order_cannot_tell_rows_of_one_number_apart() -> None:
    columns = (SqlColumn("id", "id", "bytes"), SqlColumn("n", "n", "bigint"))
    with pytest.raises(ConfigError, match="no order"):
        build_stream("t", Table(None, "t"), columns, {"primary_key": ["id"], "cursor": "n"})


def test_no_driver_is_imported_before_a_connection_is_opened() -> None:
    """Every DAG parse would pay for five drivers of which it uses none."""
    script = (
        "import sys, include.extract.sql.source, include.connectors.sql.source\n"
        "heavy = {'sqlalchemy', 'psycopg', 'pymysql', 'pymssql', 'adbc_driver_manager'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_sql_server_without_its_driver_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The driver is an extra; SQLAlchemy said `No module named 'pymssql'`."""
    from sqlalchemy.engine import make_url

    from include.extract.sql.database import Database

    monkeypatch.setitem(sys.modules, "pymssql", None)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ConfigError, match="make setup EXTRAS=mssql"):
        Database("mssql", make_url("mssql+pymssql://u:p@db/x")).engine()
