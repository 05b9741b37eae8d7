"""Pairs with their grades, probability, band and the words that say why."""

import duckdb

from include.identity.features import run_sql
from include.identity.model import Model
from include.identity.settings import IdentitySettings

# Scores below the floor are counted by their order of size, down to a millionth.
_LEAST_BAND = -6
# A key in common and names that fit: as sure as a machine may be; a person's word is surer.
_BY_KEY = 0.99


def grade_pairs(db: duckdb.DuckDBPyConnection, model: Model) -> None:
    """Leave `graded(lpid, rpid, g_..., has_trusted)` for the pairs in `wanted`."""
    grades = ", ".join(f"{one.build_grade()} as {one.column}" for one in model.comparisons)
    db.execute(
        "create or replace temp table graded as"
        f" select w.lpid, w.rpid, {grades},"
        " coalesce(list_has_any(l.trusted, r.trusted), false) as has_trusted"
        " from wanted as w inner join profiles as l on l.pid = w.lpid"
        " inner join profiles as r on r.pid = w.rpid"
    )


def score_pairs(
    db: duckdb.DuckDBPyConnection, model: Model, settings: IdentitySettings
) -> tuple[int, int]:
    """Leave `profile_pairs(lpid, rpid, score, decided_by, evidence)`, remembered ones included.

    Returns:
        The number of pairs scored now, and how many of them were below `keep`: those are rows of
        `unlike` by what they agree in, not pairs.
    """
    words = ", ".join(one.build_words() for one in model.comparisons)
    db.execute("set variable keep = ?", [settings.keep])
    db.execute(
        "create or replace temp table scored as"
        f" select g.*, coalesce({model.key_rule}, false) as by_key,"
        f" {model.build_score()} as model_score"
        " from graded as g inner join profiles as l on l.pid = g.lpid"
        " inner join profiles as r on r.pid = g.rpid"
    )
    db.execute("drop table graded")
    db.execute(
        "create or replace temp table profile_pairs as"
        " select s.lpid, s.rpid,"
        f" case when by_key then greatest(model_score, {_BY_KEY}) else model_score end as score,"
        " case when by_key then 'key' else 'model' end as decided_by,"
        f" array_to_string(list_filter([{words}], lambda w: w <> ''), ', ') as evidence"
        " from scored as s inner join profiles as l on l.pid = s.lpid"
        " inner join profiles as r on r.pid = s.rpid"
        " where by_key or model_score >= getvariable('keep')"
    )
    scored, kept = db.execute(
        "select (select count(*) from scored), (select count(*) from profile_pairs)"
    ).fetchall()[0]
    if kept < scored:
        _count_unlike(db, model, settings)
    db.execute("drop table scored")
    run_sql(db, "remembered")
    return int(scored), int(scored) - int(kept)


def _count_unlike(db: duckdb.DuckDBPyConnection, model: Model, settings: IdentitySettings) -> None:
    """Fill `unlike` with the pairs below the floor: how many agree and differ in these ways."""
    rules = ", ".join(one.build_rule() for one in model.comparisons)
    grades = ", ".join(one.column for one in model.comparisons)
    db.execute(
        "insert into unlike with counted as ("
        f" select {grades}, greatest({_LEAST_BAND}, ceil(log10(model_score)))::integer as band,"
        " count(*) as pairs from scored"
        " where not (by_key or model_score >= getvariable('keep')) group by all"
        f") select ?::timestamptz, getvariable('is_full'),"
        f" array_to_string(list_filter([{rules}], lambda w: w <> ''), ', ') as words,"
        " least(pow(10, band), getvariable('keep')), sum(pairs)::bigint from counted group by all",
        [settings.now],
    )
