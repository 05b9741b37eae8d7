"""One run of identity: tables in, tables out, all inside one DuckDB database."""

from dataclasses import replace

import duckdb

from include.identity.companies import COMPANIES
from include.identity.features import build_features
from include.identity.match import configure, run_match, summarise
from include.identity.model import Model
from include.identity.parameters import read_parameters
from include.identity.people import PEOPLE
from include.identity.products.families import build_families
from include.identity.products.features import build_product_features
from include.identity.products.model import PRODUCTS, build_product_model
from include.identity.profiles import (
    build_all_blocks,
    build_profiles,
    build_spread,
    build_wide_blocks,
)
from include.identity.settings import IdentitySettings, Kind, ResolveSummary
from include.identity.tables import prepare_tables

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
    configure(db, kind, settings)
    model = MODELS[kind]
    if kind == "products":
        build_product_features(db, settings)
        model = build_product_model(db)
    else:
        build_features(db, kind, settings)
    build_spread(db, kind, settings)
    build_profiles(db, kind)
    build_all_blocks(db, model)
    build_wide_blocks(db, settings)
    profiles = int(db.execute("select count(*) from profiles").fetchall()[0][0])
    model, must_learn = read_parameters(db, model, settings, profiles)
    must_learn = must_learn and kind != "products"  # proven as they are; a catalogue is small
    db.execute("create or replace temp table known_ids as select distinct entity_id from known")
    settings = replace(settings, keep=settings.floor(profiles))
    done = run_match(db, kind, model, settings, must_learn)
    if kind == "products":
        build_families(db)
    return summarise(db, done)
