"""Connector `sql` on tables as people make them: odd times, partitions, heirs, keys that change."""

from include.core import naming
from tests.integration.sql_case import SqlCase
from tests.integration.sql_source import run_statements
from tests.integration.sql_source import source_url as source_url


def test_times_no_window_will_ever_hold_are_read_and_told(warehouse: str, source_url: str) -> None:
    """Rows with `infinity` or the year 20222 in their cursor were never read, and nobody knew."""
    run_statements(
        source_url,
        "create table jobs (id int primary key, changed_at timestamptz not null)",
        "insert into jobs values (1, '2026-02-01'), (2, 'infinity'), (3, '20222-02-01'), "
        "(4, '-infinity'), (5, '1066-10-14'), (6, '2031-01-01')",
    )
    case = SqlCase(warehouse, source_url, cursor_columns=["changed_at"])
    done = case.expect("jobs").loaded["jobs"]
    assert [row[0] for row in case.rows("jobs", "id")] == [1, 2, 3, 4, 5]
    assert any("infinite" in notice for notice in done.notices)
    cursor = case.query("select value from elt_ops.cursors order by updated_at desc limit 1")
    assert str(cursor[0][0]).startswith("2026-03-01T13:00"), "the cursor is unharmed"
    run_statements(source_url, "update jobs set changed_at = '2026-03-01 13:30' where id = 2")
    case.expect("jobs")
    assert case.query("select changed_at::text from {raw}.jobs where id = 2") == [
        ("2026-03-01 13:30:00+00",)
    ]


def test_partitions_and_heirs_are_loaded_once(warehouse: str, source_url: str) -> None:
    """A partitioned table was loaded whole and once more per part."""
    run_statements(
        source_url,
        "create table visits (id int, on_day date, primary key (id, on_day)) "
        "partition by range (on_day)",
        "create table visits_2025 partition of visits for values from ('2025-01-01') to "
        "('2026-01-01')",
        "create table visits_2026 partition of visits for values from ('2026-01-01') to "
        "('2027-01-01')",
        "insert into visits values (1, '2025-05-05'), (2, '2026-01-05')",
        "create table people (id int primary key, name text)",
        "create table staff (salary int, primary key (id)) inherits (people)",
        "insert into people values (1, 'Ann'); insert into staff values (2, 'Bo', 100)",
    )
    case = SqlCase(warehouse, source_url)
    done = case.expect()
    assert set(done.loaded) >= {"visits", "people", "staff"}
    assert not any(name.startswith("visits_") for name in done.loaded)
    assert case.rows("visits", "id") == [(1,), (2,)]
    assert case.rows("people", "id") == [(1,)]
    assert case.rows("staff", "id, salary") == [(2, 100)]


def test_a_key_that_changed_at_the_source_is_followed_or_told(
    warehouse: str, source_url: str
) -> None:
    """Every load ended in a unique violation that named no cause."""
    run_statements(
        source_url,
        "create table bills (id int primary key, line int not null, note text)",
        "insert into bills values (1, 1, 'a'), (2, 1, 'b')",
    )
    case = SqlCase(warehouse, source_url)
    case.expect("bills")
    run_statements(
        source_url,
        "alter table bills drop constraint bills_pkey, add primary key (id, line)",
        "insert into bills values (1, 2, 'c')",
    )
    done = case.expect("bills").loaded["bills"]
    assert case.rows("bills", "id, line, note") == [(1, 1, "a"), (1, 2, "c"), (2, 1, "b")]
    assert [change.change for change in done.schema_changes] == ["rekeyed"]


def test_a_key_the_stored_rows_do_not_fit_says_what_to_do(warehouse: str, source_url: str) -> None:
    run_statements(
        source_url,
        "create table codes (id int primary key, code text not null)",
        "insert into codes values (1, 'x'), (2, 'x')",
    )
    case = SqlCase(warehouse, source_url)
    case.expect("codes")
    run_statements(
        source_url,
        "update codes set code = 'y' where id = 2",
        "alter table codes drop constraint codes_pkey, add primary key (code)",
    )
    failed = case.load("codes").failed["codes"]
    assert "changed from `id, _feed` to `code, _feed`" in failed.message
    assert "rename to codes_before" in failed.message
    assert case.rows("codes", "id, code") == [(1, "x"), (2, "x")]


def test_names_that_differ_by_case_do_not_swap_when_one_goes_away(
    warehouse: str, source_url: str
) -> None:
    """`name` was dropped, and `Name` took its column; likewise the tables `sale` and `Sale`."""
    run_statements(
        source_url,
        "drop schema if exists twins cascade; create schema twins",
        'create table twins.sale (id int primary key, name text, "Name" text)',
        "insert into twins.sale values (1, 'low', 'Up')",
        'create table twins."Sale" (id int primary key); insert into twins."Sale" values (7), (8)',
    )
    case = SqlCase(warehouse, source_url, schema="twins")
    twin, other = naming.distinct("name", "Name"), naming.distinct("sale", "Sale")
    assert case.expect().loaded[other].read == 2
    run_statements(
        source_url,
        "alter table twins.sale drop column name; update twins.sale set \"Name\" = 'Changed'",
    )
    case.expect()
    [(name, changed)] = case.query(f"select name, {twin} from {{raw}}.sale")
    assert (name == "Changed", changed) == (False, "Changed")
    run_statements(source_url, 'drop table twins.sale; insert into twins."Sale" values (9)')
    assert set(case.expect().loaded) == {other}
    assert case.query("select id from {raw}.sale") == [(1,)]
