"""What the identity tests share: a tenant whose unions lie there as dbt would leave them."""

from datetime import date
from pathlib import Path
from typing import Any

import psycopg

from include.config.load import load_connectors
from include.config.models import FeedFile, Tenant, TenantFile
from include.config.settings import load_settings
from include.config.tenant.identity import Override
from include.destinations.postgres.identity.tables import run_ensure_identity

TENANT = "idco"
UNIONS = """
create schema idco_int;
create table idco_int.int_customers__gathered (
    customer_id text primary key, source_connector text, source_record_id text, _feed text,
    customer_name text, first_name text,
    last_name text, company_name text, email text, phone text, address_line text, city text,
    region text, postal_code text, country text, created_at timestamptz, updated_at timestamptz,
    is_deleted boolean);
create table idco_int.int_contact_keys__unioned (record_id text, key_kind text, key_value text);
create table idco_int.int_links__matched (
    left_record_id text, right_record_id text, link_rule text);
create table idco_int.int_companies__unioned (
    company_id text primary key, source_connector text, company_name text, city text, region text,
    country text, website_domain text, created_at timestamptz, updated_at timestamptz,
    is_deleted boolean);
create table idco_int.int_products__unioned (
    product_id text primary key, source_connector text, sku text, barcode text, product_name text,
    variant_name text, parent_id text, brand text,
    category text, list_price numeric, currency_code text, created_at timestamptz,
    updated_at timestamptz, is_deleted boolean);
"""


def build_tenant(*, overrides: tuple[Override, ...] | None = (), **identity: Any) -> Tenant:
    """A tenant with one feed; `identity` is its block."""
    assert load_connectors(load_settings().connectors_dir)[0]
    spec = TenantFile(
        tenant=TENANT,
        name="Id",
        owner="data",
        identity=identity,
        feeds={"stripe": FeedFile(start_date=date(2025, 1, 1))},
    )
    return Tenant(spec, Path(f"{TENANT}.yaml"), (), overrides)


def run_make_unions(url: str) -> None:
    """Empty unions, and the schema of the answer."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("drop schema if exists idco_int, idco_id cascade")
        connection.execute(UNIONS)
        run_ensure_identity(connection, TENANT, None)


def run_add_person(url: str, record_id: str, **values: Any) -> None:
    """One record of a person; what is not given is null."""
    source, feed, key = record_id.split(":", 2)
    known = {"source_connector": source, "_feed": feed, "source_record_id": key}
    row = {"customer_id": record_id, **known, "is_deleted": False, **values}
    marks = ", ".join(["%s"] * len(row))
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            f"insert into idco_int.int_customers__gathered ({', '.join(row)}) values ({marks})",
            list(row.values()),
        )


def fetch(url: str, query: str, *values: Any) -> list[tuple[Any, ...]]:
    with psycopg.connect(url, autocommit=True) as connection:
        return connection.execute(query, list(values)).fetchall()
