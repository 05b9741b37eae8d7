"""From profiles to entities: pairs, scores, clusters, ids and what survives of each."""

from dataclasses import dataclass

import duckdb

from include.identity.candidates import build_candidates
from include.identity.clustering.cluster_records import build_clusters
from include.identity.features import run_sql
from include.identity.model import Model
from include.identity.parameters import learn_parameters
from include.identity.profiles import build_blocks
from include.identity.score import grade_pairs, score_pairs
from include.identity.settings import ID_PREFIX, IdentitySettings, Kind, ResolveSummary
from include.identity.survivorship import build_golden
from include.identity.train import fingerprint


@dataclass(frozen=True)
class Matched:
    """What one matching did; of `scored` pairs `unlike` were not worth keeping."""

    candidates: int
    scored: int
    unlike: int
    is_trained: bool


def configure(db: duckdb.DuckDBPyConnection, kind: Kind, settings: IdentitySettings) -> None:
    """Limits of the database, and what the SQL files read of the settings."""
    if settings.threads:
        db.execute(f"set threads = {settings.threads:d}")
    if settings.memory:
        db.execute("set memory_limit = ?", [settings.memory])
    db.execute("set preserve_insertion_order = false")
    db.execute("set variable now = ?::timestamptz", [settings.now])
    db.execute("set variable prefix = ?", [ID_PREFIX[kind]])
    db.execute("set variable review = ?", [settings.review])


def run_match(
    db: duckdb.DuckDBPyConnection,
    kind: Kind,
    model: Model,
    settings: IdentitySettings,
    must_learn: bool,
) -> Matched:
    """From `profiles`, `all_blocks` and `wide_blocks` to the tables that go out.

    Reads what is remembered from `known`, `known_pairs`, `known_aliases` and `known_ids`.

    Raises:
        ConfigError: overrides contradict each other, or too many pairs would be scored.
    """
    build_blocks(db)
    stamp_hashes(db, model)
    candidates = build_candidates(db, settings.full or must_learn, settings)
    grade_pairs(db, model)
    is_trained = False
    if must_learn:
        model, is_trained = learn_parameters(db, model, settings)
        stamp_hashes(db, model)
    db.execute("set variable is_relearned = ?", [must_learn])
    scored, unlike = score_pairs(db, model, settings)
    build_clusters(db, model, settings)
    run_sql(db, "ids")
    run_sql(db, "changes")
    run_sql(db, "results")
    build_golden(db, kind, settings)
    return Matched(candidates, scored, unlike, is_trained)


def stamp_hashes(db: duckdb.DuckDBPyConnection, model: Model) -> None:
    """A profile reads as before where neither its values nor the model's numbers changed."""
    db.execute("update profile_hashes set content_hash = md5(base_hash || ?)", [fingerprint(model)])


def summarise(db: duckdb.DuckDBPyConnection, done: Matched) -> ResolveSummary:
    """Counts of the tables that go out."""
    records, entities = db.execute(
        "select count(*), count(distinct entity_id) from resolved"
    ).fetchall()[0]
    bands = dict(db.execute("select band, count(*) from pairs group by band").fetchall())
    warnings = [row[0] for row in db.execute("select text from warnings").fetchall()]
    return ResolveSummary(
        records=records,
        entities=entities,
        candidates=done.candidates,
        scored=done.scored,
        unlike=done.unlike,
        accepted=bands.get("accept", 0),
        review=bands.get("review", 0),
        is_trained=done.is_trained,
        warnings=tuple(warnings),
    )
