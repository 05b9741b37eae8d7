"""What identity resolution reads of a tenant: queries over dbt's unions and over its last answer.

Ordered, so that the same rows give the same file, and a file's hash tells that nothing changed.
"""

from psycopg import sql

from include.core import naming
from include.destinations.postgres.identity.tables import (
    COMPANIES,
    ENTITY_COLUMNS,
    KINDS,
    PEOPLE,
    PRODUCTS,
)

_PEOPLE = """
select customer_id as record_id, source_connector as source, customer_name as name, first_name,
    last_name, company_name, email, phone, address_line, city, region, postal_code, country,
    created_at, updated_at, coalesce(is_deleted, false) as is_deleted
from {int}.int_customers__gathered
order by customer_id
"""
_COMPANIES = """
select company_id as record_id, source_connector as source, company_name as name, city, region,
    country, website_domain as domain, created_at, updated_at,
    coalesce(is_deleted, false) as is_deleted
from {int}.int_companies__unioned
order by company_id
"""
_PRODUCTS = """
select product_id as record_id, source_connector as source, sku, barcode, product_name as title,
    variant_name as variant_title, parent_id, brand as vendor, category, list_price as price,
    currency_code as currency, created_at, updated_at, coalesce(is_deleted, false) as is_deleted
from {int}.int_products__unioned
order by product_id
"""
_KEYS = """
select record_id, key_kind, key_value as value
from {int}.int_contact_keys__unioned
order by record_id, key_kind, key_value
"""
_LINKS = """
select left_record_id, right_record_id, link_rule as rule
from {int}.int_links__matched
order by left_record_id, right_record_id
"""
_OVERRIDES = """
select left_id, right_id, verdict, who, at, why
from {id}.overrides
where kind = {kind} and is_active
order by left_id, right_id, verdict, override_id
"""
# What the tenant's sources and people say: the answer follows from these alone.
SAID: dict[str, dict[str, str]] = {
    PEOPLE: {"records": _PEOPLE, "record_keys": _KEYS, "links": _LINKS, "overrides": _OVERRIDES},
    COMPANIES: {"records": _COMPANIES, "overrides": _OVERRIDES},
    PRODUCTS: {"records": _PRODUCTS, "overrides": _OVERRIDES},
}
# What the last run answered.
KNOWN = {
    "known": """
select record_id, {entity} as entity_id, content_hash, first_seen_at
from {id}.{table}
order by record_id
""",
    "known_pairs": """
select left_id, right_id, score, band, decided_by, evidence
from {id}.pairs
where kind = {kind}
order by left_id, right_id
""",
    "known_aliases": """
select old_id, entity_id
from {id}.aliases
where kind = {kind}
order by old_id
""",
    "parameters": "select trained_at, body from {id}.parameters where kind = {kind}",
}


def build_query(tenant: str, kind: str, text: str) -> sql.Composed:
    """One of the queries above for a tenant and a kind."""
    assert kind in KINDS
    return sql.SQL(text).format(
        int=sql.Identifier(naming.dbt_schema(tenant, "int")),
        id=sql.Identifier(naming.identity_schema(tenant)),
        table=sql.Identifier(kind),
        entity=sql.Identifier(ENTITY_COLUMNS[kind]),
        kind=sql.Literal(kind),
    )
