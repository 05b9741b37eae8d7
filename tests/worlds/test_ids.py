"""Ids stay: through merges, splits, other orders of input, other numbers of threads."""

import random
from datetime import timedelta

import duckdb
import pytest

from tests.bench.identity_people import add_people
from tests.unit.identity.identity_case import (
    NOW,
    Row,
    add_rows,
    clusters,
    open_database,
    person,
    resolve,
    together,
)

CARRIED = {"known": "resolved", "known_pairs": "pairs", "known_aliases": "aliases"}


def next_run(db: duckdb.DuckDBPyConnection) -> None:
    """What the warehouse remembers between two runs."""
    for table, source in CARRIED.items():
        columns = [row[0] for row in db.execute(f"describe {table}").fetchall()]
        db.execute(f"create or replace table {table} as select {', '.join(columns)} from {source}")
    if db.execute("select count(*) from new_parameters").fetchall()[0][0]:
        db.execute("create or replace table parameters as select * from new_parameters")


def ids(db: duckdb.DuckDBPyConnection) -> dict[str, str]:
    return dict(db.execute("select record_id, entity_id from resolved").fetchall())


def changes(db: duckdb.DuckDBPyConnection) -> list[tuple[str, str, str | None]]:
    return db.execute(
        "select what, entity_id, other_entity_id from changes order by all"
    ).fetchall()


ANN = [
    person("a:1", "Ann Lee", email="ann@lee.example"),
    person("b:1", "Ann Lee", phone="212 867 5309"),
]
BRIDGE = person("c:1", "Ann Lee", email="ann@lee.example", phone="212 867 5309")


def test_a_merge_keeps_the_older_id_and_the_other_leads_to_it() -> None:
    db = open_database(records=ANN[1:])
    resolve(db)
    older = ids(db)["b:1"]
    next_run(db)
    add_rows(db, "records", ANN[:1])
    resolve(db, now=NOW + timedelta(days=1))
    younger = ids(db)["a:1"]
    assert changes(db) == [("new", younger, None)]
    next_run(db)
    add_rows(db, "records", [BRIDGE])
    resolve(db, now=NOW + timedelta(days=2))
    assert set(ids(db).values()) == {older}
    assert changes(db) == [("merge", older, younger)]
    assert db.execute("from aliases").fetchall() == [(younger, older)]


def test_a_split_says_who_keeps_the_id_and_the_alias_returns() -> None:
    db = open_database(records=[*ANN, BRIDGE])
    resolve(db)
    whole = ids(db)["a:1"]
    next_run(db)
    add_rows(
        db,
        "overrides",
        [{"left_id": "a:1", "right_id": "b:1", "verdict": "cannot_link", "who": "ann", "at": NOW}],
    )
    resolve(db, now=NOW + timedelta(days=1))
    found = ids(db)
    assert found["c:1"] == whole, "most of its records keep the id"
    left = next(record for record, entity in found.items() if entity != whole)
    assert changes(db) == [("split", whole, found[left])]
    next_run(db)
    db.execute("delete from overrides")
    resolve(db, now=NOW + timedelta(days=2))
    assert set(ids(db).values()) == {whole}
    assert db.execute("from aliases").fetchall() == [(found[left], whole)]


def test_an_id_merged_twice_leads_to_the_one_that_lives() -> None:
    mails = ["k1@x.example", "k2@x.example", "k3@x.example"]
    rows = [person(f"a:{at}", "Ann Lee", email=mail) for at, mail in enumerate(mails)]
    db = open_database(records=rows)
    resolve(db)
    first = ids(db)
    for day, joined in enumerate([("a:1", "a:2"), ("a:0", "a:1")]):
        next_run(db)
        override = {"left_id": joined[0], "right_id": joined[1], "verdict": "must_link", "at": NOW}
        add_rows(db, "overrides", [override])
        resolve(db, now=NOW + timedelta(days=day + 1))
    lives = set(ids(db).values())
    assert len(lives) == 1
    assert dict(db.execute("from aliases").fetchall()) == {
        entity: lives.copy().pop() for entity in set(first.values()) - lives
    }


def test_a_second_run_of_the_same_changes_nothing() -> None:
    db = open_database(records=[*ANN, BRIDGE])
    resolve(db)
    before = db.execute("from resolved order by all").fetchall()
    pairs = db.execute("from pairs order by all").fetchall()
    next_run(db)
    assert resolve(db, now=NOW + timedelta(days=9)).scored == 0
    assert db.execute("from resolved order by all").fetchall() == before
    assert db.execute("from pairs order by all").fetchall() == pairs
    assert changes(db) == []


def test_a_deleted_record_goes_and_its_people_keep_their_id() -> None:
    db = open_database(records=[*ANN, BRIDGE])
    resolve(db)
    whole = ids(db)["a:1"]
    next_run(db)
    db.execute("delete from records where record_id = 'a:1'")
    resolve(db, now=NOW + timedelta(days=1))
    assert ids(db) == {"b:1": whole, "c:1": whole}


def _world(count: int) -> duckdb.DuckDBPyConnection:
    db = open_database()
    resolve(db)  # the lists of names that the world draws from
    add_people(db, 0, count, count * 6 // 10)
    return db


def _state(db: duckdb.DuckDBPyConnection) -> tuple[object, ...]:
    told = "record_id, entity_id, round(confidence, 9), how, content_hash"
    return (
        db.execute(f"select {told} from resolved order by all").fetchall(),
        db.execute(
            "select left_id, right_id, round(score, 9), band, decided_by, evidence"
            " from pairs order by all"
        ).fetchall(),
        db.execute("select * from shared_keys order by all").fetchall(),
        db.execute("select * from golden order by all").fetchall(),
    )


@pytest.fixture(scope="module")
def whole_world() -> tuple[list[Row], tuple[object, ...], list[tuple[object, ...]]]:
    """(rows, state, parameters) of one full build."""
    db = _world(2000)
    resolve(db, threads=2)
    names = [row[0] for row in db.execute("describe records").fetchall()]
    rows = [dict(zip(names, row, strict=True)) for row in db.execute("from records").fetchall()]
    return rows, _state(db), db.execute("from new_parameters").fetchall()


def _open(rows: list[Row], parameters: list[tuple[object, ...]]) -> duckdb.DuckDBPyConnection:
    db = open_database()
    db.executemany("insert into parameters values (?, ?)", parameters)
    names = ", ".join(rows[0])
    marks = ", ".join("?" * len(rows[0]))
    db.executemany(
        f"insert into records ({names}) values ({marks})", [list(row.values()) for row in rows]
    )
    return db


def test_another_order_and_one_thread_give_the_same(whole_world) -> None:  # type: ignore[no-untyped-def]
    rows, state, parameters = whole_world
    shuffled = rows.copy()
    random.Random(4).shuffle(shuffled)
    db = _open(shuffled, parameters)
    resolve(db, threads=1)
    assert _state(db) == state


def test_days_one_after_another_equal_one_full_rebuild(whole_world) -> None:  # type: ignore[no-untyped-def]
    rows, state, parameters = whole_world
    late = sorted(rows, key=lambda row: row["created_at"])
    db = _open(late[:1200], parameters)
    resolve(db)
    kept = ids(db)
    for start, stop in ((1200, 1700), (1700, 1720), (1720, 2000)):
        next_run(db)
        names = ", ".join(rows[0])
        marks = ", ".join("?" * len(rows[0]))
        db.executemany(
            f"insert into records ({names}) values ({marks})",
            [list(row.values()) for row in late[start:stop]],
        )
        summary = resolve(db)
    assert summary.scored < 5000
    assert _state(db)[1:] == state[1:]
    assert clusters(db) == {
        frozenset(one)
        for one in _groups(state[0])  # type: ignore[arg-type]
    }
    moved = dict(db.execute("from aliases").fetchall())
    changed = {record for record, entity in kept.items() if ids(db)[record] != entity}
    assert all(kept[record] in moved for record in changed)


def _groups(rows: list[tuple[str, str]]) -> list[set[str]]:
    found: dict[str, set[str]] = {}
    for record, entity, *_ in rows:
        found.setdefault(entity, set()).add(record)
    return list(found.values())


def test_five_percent_new_records_leave_untouched_clusters_their_ids() -> None:
    db = _world(1000)
    resolve(db)
    before, were = ids(db), clusters(db)
    next_run(db)
    add_people(db, 1000, 1050, 600)
    resolve(db, now=NOW + timedelta(days=1))
    after = ids(db)
    untouched = were & clusters(db)
    assert len(untouched) > 300
    assert all(before[record] == after[record] for one in untouched for record in one)


def test_training_again_says_so_in_every_change() -> None:
    """A match of yesterday that falls in a run with new numbers: the change says so."""
    db = open_database(records=[*ANN, BRIDGE])
    resolve(db)
    assert together(db, "a:1", "b:1")
    next_run(db)
    db.execute("update parameters set trained_at = '2020-01-01'")
    db.execute("delete from records where record_id = 'c:1'")
    resolve(db, now=NOW + timedelta(days=1))
    assert not together(db, "a:1", "b:1")
    reasons = db.execute("select reason from changes where what = 'split'").fetchall()
    assert reasons and all("numbers were learned anew" in one[0] for one in reasons)
