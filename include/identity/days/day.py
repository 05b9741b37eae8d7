"""A day's news on a known base: only what they touch is read, scored and clustered again.

    news -> who reads otherwise -> whom they may be -> the entities of all of these: the area

The area is closed: no accepted pair leads out of it, before or after. So the matching of a whole
run, given the area's records and what was counted over all, answers as it would for everybody; the
answers of the others stand. `tests/unit/identity/test_days.py` compares the two after random days.
"""

from dataclasses import replace

import duckdb

from include.identity.days.kept import build_stamp, has_base, remember_base
from include.identity.features import build_features, run_sql
from include.identity.match import configure, run_match, stamp_hashes, summarise
from include.identity.model import Model
from include.identity.parameters import read_parameters
from include.identity.people import PEOPLE
from include.identity.profiles import (
    build_all_blocks,
    build_blocks,
    build_profiles,
    build_spread,
)
from include.identity.resolve import run_resolve
from include.identity.settings import IdentitySettings, ResolveSummary
from include.identity.tables import INPUTS, OUTPUTS, prepare_tables

# What a day's run makes anew; the rest of the outputs stands but for the area.
_NEW = ("changes", "shared_keys", "warnings", "new_parameters", "unlike")
_MERGED = ("resolved", "pairs", "aliases", "golden")
# Tables of the session that stand before those of the same name below while a part is read. Which
# of two `main.records` names is the session's, so those below are reached only without a shadow.
_SHADOWS = ("records", "record_keys", "known", "known_pairs", "known_aliases", *_MERGED)


def run_resolve_people(
    db: duckdb.DuckDBPyConnection, settings: IdentitySettings, *, is_synced: bool
) -> ResolveSummary:
    """As `run_resolve` of people, on a database that keeps what the last run made.

    After a day's run `area(record_id)` names the records whose rows may have changed, and
    `area_resolved`, `area_pairs` and `area_golden` hold those rows; after a whole run there is no
    such table.

    Args:
        is_synced: What lies here is the last answer; `known`, `known_pairs` and `known_aliases`
            are not read then.

    Raises:
        ConfigError: see `run_resolve`; what was kept is not good any more.
    """
    prepare_inputs(db)
    if is_synced:
        if not settings.full and _has_base(db, settings):
            summary = _run_day(db, settings)
            if summary is not None:
                return summary
        _recall(db)
    db.execute("drop table if exists area")
    db.execute("drop table if exists base_stamp")
    summary = run_resolve(db, "people", settings)
    remember_base(db, build_stamp(_read_model(db, settings), settings))
    return summary


def prepare_inputs(db: duckdb.DuckDBPyConnection) -> None:
    """Missing inputs as empty tables; what the last run left stays."""
    kept = {row[0] for row in db.execute("select table_name from duckdb_tables()").fetchall()}
    prepare_tables(db, keep=kept & set(OUTPUTS))


def _has_base(db: duckdb.DuckDBPyConnection, settings: IdentitySettings) -> bool:
    model, _ = read_parameters(db, PEOPLE, settings, 0)
    return has_base(db, build_stamp(model, settings))


def _read_model(db: duckdb.DuckDBPyConnection, settings: IdentitySettings) -> Model:
    """The model of the run that has just ended, as the next one will read it."""
    if not db.execute("select count(*) from new_parameters").fetchall()[0][0]:
        return read_parameters(db, PEOPLE, settings, 0)[0]
    db.execute("create or replace temp table parameters as from new_parameters")
    model, _ = read_parameters(db, PEOPLE, settings, 0)
    db.execute("drop table temp.parameters")
    return model


def _run_day(db: duckdb.DuckDBPyConnection, settings: IdentitySettings) -> ResolveSummary | None:
    """None: numbers must be learned again, or other pairs be kept, which takes everybody."""
    configure(db, "people", settings)
    db.execute("set variable max_block = ?", [settings.max_block])
    db.execute("set variable accept = ?", [settings.accept])
    for name in _NEW:
        db.execute(f"create or replace table {name} ({OUTPUTS[name]})")
    db.execute("update base_stamp set stamp = ''")
    before = _count_spellings(db)
    _read_news(db, settings)
    _find_touched(db, settings)
    profiles = _count_spellings(db)
    model, must_learn = read_parameters(db, PEOPLE, settings, profiles)
    if must_learn or settings.floor(profiles) != settings.floor(before):
        return None
    _find_area(db, model)
    _shadow(db)
    kept = replace(settings, keep=settings.floor(profiles))
    done = run_match(db, "people", model, kept, False)
    for name in _MERGED:
        db.execute(f"create or replace temp table area_{name} as from {name}")
    _drop_shadows(db)
    run_sql(db, "days/merged")
    db.execute("update base_stamp set stamp = ?", [build_stamp(model, settings)])
    return summarise(db, done)


def _count_spellings(db: duckdb.DuckDBPyConnection) -> int:
    return int(db.execute("select count(*) from base_contents").fetchall()[0][0])


def _read_news(db: duckdb.DuckDBPyConnection, settings: IdentitySettings) -> None:
    run_sql(db, "days/said")
    run_sql(db, "days/news")
    for name in ("records", "record_keys"):
        db.execute(f"create temp table shadow as from {name} semi join news using (record_id)")
        db.execute(f"alter table shadow rename to {name}")
    build_features(db, "people", settings)
    run_sql(db, "days/features")
    _drop_shadows(db)


def _find_touched(db: duckdb.DuckDBPyConnection, settings: IdentitySettings) -> None:
    """Count over everybody, and put those who read otherwise into the base."""
    _read_as(db, "base_features", "base_keys")
    build_spread(db, "people", settings)
    run_sql(db, "days/touched")
    _read_of(db, "touched")
    build_all_blocks(db, PEOPLE)
    run_sql(db, "days/contents")


def _find_area(db: duckdb.DuckDBPyConnection, model: Model) -> None:
    db.execute("create or replace temp table wide_blocks as from base_wide")
    _read_of(db, "touched")
    build_all_blocks(db, model)
    build_blocks(db)
    stamp_hashes(db, model)
    run_sql(db, "days/seeds")
    size = 0
    while size < (size := db.execute("select count(*) from area").fetchall()[0][0]):
        run_sql(db, "days/grown")


def _shadow(db: duckdb.DuckDBPyConnection) -> None:
    run_sql(db, "days/shadows")
    _read_of(db, "area")
    build_all_blocks(db, PEOPLE)
    for name in ("records", "known", "known_pairs", "known_aliases"):
        db.execute(f"alter table area_{name} rename to {name}")
    for name in _MERGED:
        db.execute(f"create temp table {name} ({OUTPUTS[name]})")


def _read_as(db: duckdb.DuckDBPyConnection, features: str, keys: str) -> None:
    for name, source in (("features", features), ("all_keys", keys)):
        db.execute(f"create or replace temp table {name} as from {source}")


def _read_of(db: duckdb.DuckDBPyConnection, table: str) -> None:
    """Profiles of these records alone, from what the base has read of them."""
    for name in ("features", "all_keys"):
        base = {"features": "base_features", "all_keys": "base_keys"}[name]
        db.execute(
            f"create or replace temp table {name} as from {base} semi join {table}"
            " using (record_id)"
        )
    build_profiles(db, "people")


def _recall(db: duckdb.DuckDBPyConnection) -> None:
    """The last answer as a whole run expects it."""
    for known, source in (("known", "resolved"), ("known_pairs", "pairs")):
        columns = ", ".join(f'"{name}"' for name in _names(INPUTS[known]))
        db.execute(f"create or replace table {known} as select {columns} from {source}")
    db.execute("create or replace table known_aliases as from aliases")


def _names(columns: str) -> list[str]:
    return [one.split()[0].strip('"') for one in columns.split(",")]


def _drop_shadows(db: duckdb.DuckDBPyConnection) -> None:
    for name in _SHADOWS:
        db.execute(f"drop table if exists temp.{name}")
