"""A day's run on a kept base says what one over everybody would: compared after random days."""

import os
import random
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from include.core.errors import ConfigError
from include.identity.days.day import run_resolve_people
from include.identity.normalise.lookups import load_lookups
from include.identity.settings import IdentitySettings
from tests.bench.identity_people import add_people
from tests.unit.identity.identity_case import NOW, clusters, open_database, person, resolve

LIMITS: dict[str, object] = {"max_block": 6, "max_names": 3, "max_cluster": 8}
TOLD = {
    "resolved": "record_id, entity_id, round(confidence, 9), how, content_hash, first_seen_at",
    "pairs": "left_id, right_id, round(score, 9), band, decided_by, evidence",
    "golden": "*",
    "aliases": "*",
    "shared_keys": "*",
    "changes": "*",
    "warnings": "*",
}
CARRIED = {"known": "resolved", "known_pairs": "pairs", "known_aliases": "aliases"}


def answer(db: duckdb.DuckDBPyConnection) -> dict[str, list[tuple[object, ...]]]:
    return {
        table: db.execute(f"select {told} from main.{table} order by all").fetchall()
        for table, told in TOLD.items()
    }


def run_whole(db: duckdb.DuckDBPyConnection, **settings: object) -> bool:
    """As the warehouse does it: the last answer goes in as tables.

    Returns:
        False: people contradicted each other, and all that they said was taken back first.
    """
    for table, source in CARRIED.items():
        columns = ", ".join(row[0] for row in db.execute(f"describe {table}").fetchall())
        db.execute(f"create or replace table {table} as select {columns} from {source}")
    try:
        resolve(db, **settings)
    except ConfigError:
        db.execute("delete from overrides")
        resolve(db, **settings)
        return False
    return True


def run_kept(db: duckdb.DuckDBPyConnection, **settings: object) -> bool:
    """Whether it was a day's run."""
    told = IdentitySettings(**{"now": NOW, **settings})  # type: ignore[arg-type]
    has_base = "select count(*) > 0 from duckdb_tables() where table_name = 'base_stamp'"
    run_resolve_people(db, told, is_synced=db.execute(has_base).fetchall() == [(True,)])
    found = db.execute("select count(*) from duckdb_tables() where table_name = 'area'").fetchall()
    return bool(found[0][0])


def change(db: duckdb.DuckDBPyConnection, dice: random.Random, day: int) -> list[str]:
    """Statements of one random day: new, changed, gone, linked, parted, taken back."""
    ids = [row[0] for row in db.execute("select record_id from records order by 1").fetchall()]
    some = [dice.choice(ids) for _ in range(40)]
    told = [
        f"delete from records where record_id in ('{some[0]}', '{some[1]}')",
        f"update records set email = (select email from records where record_id = '{some[2]}')"
        f" where record_id = '{some[3]}'",
        f"update records set phone = null where record_id = '{some[4]}'",
        f"update records set name = 'Ann Lee' where record_id in ('{some[5]}', '{some[6]}')",
        f"update records set email = 'desk@hotel.example' where record_id in {tuple(some[7:10])}",
        f"update records set updated_at = '2026-02-{day:02}', city = 'Rome'"
        f" where record_id = '{some[10]}'",
        "update records as r set name = o.name, email = o.email, phone = o.phone, city = o.city,"
        " address_line = o.address_line, postal_code = o.postal_code from records as o"
        f" where r.record_id = '{some[11]}' and o.record_id = '{some[12]}'",
        f"insert into record_keys values ('{some[13]}', 'phone', '212 867 53{day:02}')",
        f"insert into record_keys select '{some[14]}', 'email', email from records"
        f" where record_id = '{some[15]}' and email is not null",
        f"delete from record_keys where record_id = '{some[16]}'",
    ]
    for left, right, verdict in (
        (some[17], some[18], "must_link"),
        (some[19], some[20], "cannot_link"),
    ):
        told.append(
            "insert into overrides select"
            f" '{left}', '{right}', '{verdict}', 'ann', timestamptz '2026-03-{day + 1:02}', 'asked'"
        )
    joined = "select left_id, right_id from pairs where band = 'accept' order by all limit 1"
    told.append(
        f"insert into overrides select left_id, right_id, 'cannot_link', 'bob',"
        f" timestamptz '2026-03-{day + 1:02}', 'two' from ({joined} offset {dice.randrange(60)})"
    )
    told.append(f"delete from overrides where why = 'two' and hash(left_id) % 3 = {day % 3}")
    told.append(f"insert into links values ('{some[21]}', '{some[22]}', 'id of the order')")
    told += [
        f"insert into links values ('{some[23]}', '{other}', 'walk-in')" for other in some[24:29]
    ]
    told.append(f"delete from links where hash(right_record_id) % 4 = {day % 4}")
    return told


@pytest.fixture(scope="module")
def bases(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Files with the first answer over 500 records: of a whole run, and with what a day needs."""
    folder = tmp_path_factory.mktemp("bases")
    for name, run in (("whole", run_whole), ("kept", run_kept)):
        with open_database() as db:
            resolve(db)  # the lists of names that the world draws from
            add_people(db, 0, 500, 300)
            # Whether it was a day's run; `run_whole` says whether nobody contradicted himself.
            assert run(db, **LIMITS) == (name == "whole")
            db.execute("create or replace table parameters as from new_parameters")
            db.execute(f"attach '{folder / name}' as base")
            db.execute("copy from database memory to base")
    return folder / "whole", folder / "kept"


def copy_base(path: Path) -> duckdb.DuckDBPyConnection:
    """What that file has, in memory, and the lists of names, which are the session's alone."""
    db = duckdb.connect(config={"threads": 2})
    db.execute(f"attach '{path}' as base (read_only)")
    db.execute("copy from database base to memory")
    db.execute("detach base")
    load_lookups(db)
    return db


@pytest.mark.parametrize("seed", [1, 2, 3] if os.environ.get("WORLD_SEEDS") == "all" else [1])
def test_days_on_a_kept_base_equal_runs_over_everybody(seed: int, bases: tuple[Path, Path]) -> None:
    """Every table that goes out, ids and their history included, after each of six days."""
    one, other = map(copy_base, bases)
    dice = random.Random(seed)
    for day in range(1, 7):
        told = change(one, dice, day)
        for db in (one, other):
            for statement in told:
                db.execute(statement)
            add_people(db, 500 + 20 * day, 520 + 20 * day, 300)
        if not run_whole(one, now=NOW + timedelta(days=day), **LIMITS):
            other.execute("delete from overrides")
        assert run_kept(other, now=NOW + timedelta(days=day), **LIMITS)
        whole, kept = answer(one), answer(other)
        for table in TOLD:
            missing, more = (
                set(whole[table]) - set(kept[table]),
                set(kept[table]) - set(whole[table]),
            )
            assert (table, day, missing, more) == (table, day, set(), set())


def test_what_was_refused_yesterday_may_have_room_today() -> None:
    """A strong edge out of an entity leads into the area: it was refused for a record now gone."""
    rows = [
        person("a:1", "Ann Lee", email="one@x.example", city="Rome"),
        person("a:2", "Ann Lee", email="one@x.example", phone="212 867 5309"),
        person("a:3", "Ann Lee", email="two@x.example"),
        person("b:1", None, phone="212 867 5309"),
    ]
    keys = {"record_id": "a:1", "key_kind": "email", "value": "two@x.example"}
    one, other = (open_database(records=rows, record_keys=[keys]) for _ in range(2))
    run_whole(one, max_cluster=3)
    run_kept(other, max_cluster=3)
    assert len(clusters(other)) == 2
    for db in (one, other):
        db.execute("create or replace table parameters as from new_parameters")
        db.execute("delete from records where record_id = 'a:3'")
    run_whole(one, max_cluster=3)
    assert run_kept(other, max_cluster=3)
    assert answer(one) == answer(other)
    assert len(clusters(other)) == 1
