"""One run of identity: tables in, tables out, all inside one DuckDB database."""

import duckdb

from include.identity.candidates import build_candidates
from include.identity.cluster_records import build_clusters
from include.identity.companies import COMPANIES
from include.identity.features import build_features, run_sql
from include.identity.model import Model
from include.identity.parameters import learn_parameters, read_parameters
from include.identity.people import PEOPLE
from include.identity.products.families import build_families
from include.identity.products.features import build_product_features
from include.identity.products.model import PRODUCTS, build_product_model
from include.identity.profiles import build_blocks, build_profiles
from include.identity.score import grade_pairs, score_pairs
from include.identity.settings import ID_PREFIX, IdentitySettings, Kind, ResolveSummary
from include.identity.survivorship import build_golden
from include.identity.tables import prepare_tables
from include.identity.train import fingerprint

MODELS: dict[str, Model] = {"people": PEOPLE, "companies": COMPANIES, "products": PRODUCTS}


def run_resolve(
    db: duckdb.DuckDBPyConnection, kind: Kind, settings: IdentitySettings
) -> ResolveSummary:
    """Read `records` and what lies beside it, leave `resolved`, `pairs` and the rest.

    The answer is a function of the records, links, overrides and parameters: not of their order,
    nor of what earlier runs have scored already. `known` gives the ids their past.

    Raises:
        ConfigError: overrides contradict each other, or too many pairs would be scored.
    """
    prepare_tables(db)
    _configure(db, kind, settings)
    model = MODELS[kind]
    if kind == "products":
        build_product_features(db, settings)
        model = build_product_model(db)
    else:
        build_features(db, kind, settings)
    build_profiles(db, kind, settings)
    build_blocks(db, model, settings)
    model, must_learn = read_parameters(db, model, settings)
    must_learn = must_learn and kind != "products"  # proven as they are; a catalogue is small
    _stamp_hashes(db, model)
    candidates = build_candidates(db, settings.full or must_learn, settings)
    grade_pairs(db, model)
    is_trained = False
    if must_learn:
        model, is_trained = learn_parameters(db, model, settings)
        _stamp_hashes(db, model)
    db.execute("set variable is_relearned = ?", [must_learn])
    scored = score_pairs(db, model, settings)
    build_clusters(db, model, settings)
    run_sql(db, "ids")
    run_sql(db, "changes")
    run_sql(db, "results")
    build_golden(db, kind, settings)
    if kind == "products":
        build_families(db)
    return _summarise(db, candidates, scored, is_trained)


def _configure(db: duckdb.DuckDBPyConnection, kind: Kind, settings: IdentitySettings) -> None:
    if settings.threads:
        db.execute(f"set threads = {settings.threads:d}")
    if settings.memory:
        db.execute("set memory_limit = ?", [settings.memory])
    db.execute("set preserve_insertion_order = false")
    db.execute("set variable now = ?::timestamptz", [settings.now])
    db.execute("set variable prefix = ?", [ID_PREFIX[kind]])
    db.execute("set variable review = ?", [settings.review])


def _stamp_hashes(db: duckdb.DuckDBPyConnection, model: Model) -> None:
    """A profile reads as before where neither its values nor the model's numbers changed."""
    db.execute("update profile_hashes set content_hash = md5(base_hash || ?)", [fingerprint(model)])


def _summarise(
    db: duckdb.DuckDBPyConnection, candidates: int, scored: int, is_trained: bool
) -> ResolveSummary:
    records, entities = db.execute(
        "select count(*), count(distinct entity_id) from resolved"
    ).fetchall()[0]
    bands = dict(db.execute("select band, count(*) from pairs group by band").fetchall())
    warnings = [row[0] for row in db.execute("select text from warnings").fetchall()]
    return ResolveSummary(
        records=records,
        entities=entities,
        candidates=candidates,
        scored=scored,
        accepted=bands.get("accept", 0),
        review=bands.get("review", 0),
        is_trained=is_trained,
        warnings=tuple(warnings),
    )
