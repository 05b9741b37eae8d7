"""Schema `<tenant>_id`: what identity resolution says of a tenant's records.

Idempotent: missing tables are made, missing columns added. The platform's login owns it and writes
it; the tenant's role reads it, so no model or check can change who is who.
"""

from include.config.tenant.identity import Kind
from include.core import naming
from include.destinations.postgres.own_tables import OwnTable, run_ensure_own_tables
from include.ledger.connection import Connection

PEOPLE: Kind = "people"
COMPANIES: Kind = "companies"
PRODUCTS: Kind = "products"
KINDS: tuple[Kind, ...] = (PEOPLE, COMPANIES, PRODUCTS)
# Column of the entity's id in the table of each kind.
ENTITY_COLUMNS = {PEOPLE: "person_id", COMPANIES: "company_id", PRODUCTS: "product_id"}


def _records(kind: Kind) -> OwnTable:
    columns = {
        "record_id": "text not null", ENTITY_COLUMNS[kind]: "text not null",
        "confidence": "double precision not null", "how": "text", "content_hash": "text",
        "first_seen_at": "timestamptz",
    }  # fmt: skip
    return OwnTable(kind, columns, ("record_id",))


_KIND = {"kind": "text not null"}
RESOLVED = {kind: _records(kind) for kind in KINDS}
PAIRS = OwnTable(
    "pairs",
    {
        **_KIND, "left_id": "text not null", "right_id": "text not null",
        "score": "double precision", "band": "text not null", "decided_by": "text",
        "evidence": "text",
    },
    ("kind", "left_id", "right_id"),
)  # fmt: skip
CHANGES = OwnTable(
    "changes",
    {
        **_KIND, "change_id": "text not null", "at": "timestamptz not null",
        "what": "text not null", "entity_id": "text not null", "other_entity_id": "text",
        "record_id": "text", "reason": "text",
    },
    ("kind", "change_id"),
    is_log=True,
)  # fmt: skip
# Of the runs since every pair was scored last, that one's included.
UNLIKE = OwnTable(
    "unlike",
    {
        **_KIND, "at": "timestamptz not null", "is_full": "boolean not null",
        "evidence": "text not null", "score_below": "double precision not null",
        "pairs": "bigint not null",
    },
    ("kind", "at", "evidence", "score_below"),
    is_log=True,
)  # fmt: skip
ALIASES = OwnTable(
    "aliases",
    {**_KIND, "old_id": "text not null", "entity_id": "text not null"},
    ("kind", "old_id"),
)
SHARED_KEYS = OwnTable(
    "shared_keys",
    {
        **_KIND, "key_kind": "text not null", "value": "text not null", "records": "bigint",
        "names": "bigint", "treatment": "text", "reason": "text",
    },
    ("kind", "key_kind", "value"),
)  # fmt: skip
PARAMETERS = OwnTable(
    "parameters", {**_KIND, "trained_at": "timestamptz not null", "body": "text"}, ("kind",)
)
ATTRIBUTES = OwnTable(
    "attributes",
    {
        **_KIND, "entity_id": "text not null", "attribute": "text not null", "value": "text",
        "record_id": "text",
    },
    ("kind", "entity_id", "attribute"),
)  # fmt: skip
OVERRIDES = OwnTable(
    "overrides",
    {
        "override_id": "text not null", **_KIND, "left_id": "text not null",
        "right_id": "text not null", "verdict": "text not null", "who": "text", "at": "timestamptz",
        "why": "text", "origin": "text not null default 'console'",
        "is_active": "boolean not null default true",
    },
    ("override_id",),
)  # fmt: skip
RUNS = OwnTable(
    "runs",
    {
        "run_id": "bigint generated always as identity", **_KIND,
        "at": "timestamptz not null default clock_timestamp()", "records": "bigint not null",
        "entities": "bigint not null", "candidates": "bigint", "scored": "bigint",
        "unlike": "bigint", "accepted": "bigint", "review": "bigint", "seconds": "double precision",
        "inputs_hash": "text", "is_full": "boolean not null default false",
        "warnings": "text[] not null default '{}'",
        # Which kept base (`pipeline/identity/kept.py`) holds this answer; null: none does any more.
        "base": "text",
    },
    ("run_id",),
    is_log=True,
)  # fmt: skip
CATEGORIES = OwnTable(
    "categories",
    {
        "source_connector": "text not null", "feed": "text not null",
        "source_category": "text not null", "category": "text not null",
    },
    ("source_connector", "feed", "source_category"),
)  # fmt: skip
TABLES = (
    *RESOLVED.values(), PAIRS, CHANGES, ALIASES, SHARED_KEYS, PARAMETERS, ATTRIBUTES, OVERRIDES,
    RUNS, CATEGORIES, UNLIKE,
)  # fmt: skip
# How a person or company is found by one of its records, and pairs by either side.
_INDEXES = (
    *((kind, ENTITY_COLUMNS[kind]) for kind in KINDS),
    ("pairs", "right_id"),
    ("pairs", "left_id"),
)


def run_ensure_identity(connection: Connection, tenant: str, role: str | None) -> None:
    """Make the tenant's schema and tables as they are declared here.

    Args:
        role: The tenant's role, which exists; it may read. None: tenants have no roles.
    """
    schema = naming.identity_schema(tenant)
    run_ensure_own_tables(connection, schema, TABLES, role, _INDEXES)
