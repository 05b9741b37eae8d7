"""Pairs with their grades, probability, band and the words that say why."""

import duckdb

from include.identity.features import run_sql
from include.identity.model import Model
from include.identity.settings import IdentitySettings

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
        The number of pairs scored now, and how many of them were below `keep`: counted, not kept.
    """
    words = ", ".join(one.build_words() for one in model.comparisons)
    db.execute(
        "create or replace temp table profile_pairs as"
        " with scored as ("
        f" select g.*, coalesce({model.key_rule}, false) as by_key,"
        f" {model.build_score()} as model_score"
        " from graded as g inner join profiles as l on l.pid = g.lpid"
        " inner join profiles as r on r.pid = g.rpid"
        ") select s.lpid, s.rpid,"
        f" case when by_key then greatest(model_score, {_BY_KEY}) else model_score end as score,"
        " case when by_key then 'key' else 'model' end as decided_by,"
        f" array_to_string(list_filter([{words}], lambda w: w <> ''), ', ') as evidence"
        " from scored as s inner join profiles as l on l.pid = s.lpid"
        " inner join profiles as r on r.pid = s.rpid"
        " where by_key or model_score >= ?",
        [settings.keep],
    )
    scored, kept = db.execute(
        "select (select count(*) from graded), (select count(*) from profile_pairs)"
    ).fetchall()[0]
    run_sql(db, "remembered")
    return int(scored), int(scored) - int(kept)
