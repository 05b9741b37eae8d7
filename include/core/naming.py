"""Every derived name, and the inverse where one is needed.

No other module builds these strings (tests/contract/test_naming.py greps for it).
PostgreSQL truncates identifiers at 63 bytes silently; `check_identifier` refuses longer ones.
"""

import hashlib
import re
import unicodedata
from dataclasses import dataclass

TENANT_PATTERN = r"^[a-z][a-z0-9]{1,20}$"
SNAKE_PATTERN = r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$"
MAX_IDENTIFIER_BYTES = 63
# Room for a suffix below the bytes PostgreSQL keeps.
MAX_COLUMN = 56
HASH_DIGITS = 8
# Every table of PostgreSQL has these already.
SYSTEM_COLUMNS = frozenset({"tableoid", "xmin", "cmin", "xmax", "cmax", "ctid"})

# Tenants whose schemas or roles would be PostgreSQL's (`pg_mart`) or the platform's own.
RESERVED_TENANTS = frozenset({"airflow", "default", "elt", "ops", "pg", "platform", "warehouse"})
# Feeds whose connection, `<tenant>__<feed>`, holds something else: a salt would be sent as a token.
RESERVED_FEEDS = frozenset({"alerts", "dbt", "destination", "privacy", "warehouse"})
# Of those, the ones that hold secrets of the platform's own work rather than a login somewhere.
PLATFORM_CONNECTIONS = frozenset({"alerts", "privacy"})
OPS_SCHEMA = "elt_ops"
WAREHOUSE_CONNECTION = "warehouse"
# Airflow's own database, for its nightly cleaning; no tenant's file may name it.
METADATA_CONNECTION = "airflow_metadata"

# Lineage columns of every raw table, in the order they are created.
EXTRA = "_extra"
FEED = "_feed"
LOAD_ID = "_load_id"
LOADED_AT = "_loaded_at"
DELETED_AT = "_deleted_at"
CHILDREN_HASH = "_children_hash"
POSITION = "_position"

# Layers people read -> where a build makes them, until they are checked and take their place.
CANDIDATE_LAYERS = {"mart": "next", "bi": "next_bi"}

# What the mappings of a tenant's own streams could not take.
REFUSED_MODEL = "int_concepts__refused"


@dataclass(frozen=True, slots=True)
class IngestDagName:
    """The parts of `ingest__<tenant>__<feed>` and `sweep__<tenant>__<feed>`."""

    tenant: str
    feed: str


def check_identifier(name: str, most: int = MAX_IDENTIFIER_BYTES) -> str:
    """Return `name`, or raise ValueError when a warehouse that keeps so many bytes would cut it."""
    if len(name.encode()) > most:
        raise ValueError(f"`{name}` has {len(name.encode())} bytes; the warehouse keeps {most}")
    return name


def ingest_dag_id(tenant: str, feed: str) -> str:
    return f"ingest__{tenant}__{feed}"


def sweep_dag_id(tenant: str, feed: str) -> str:
    return f"sweep__{tenant}__{feed}"


def parse_ingest_dag_id(dag_id: str) -> IngestDagName | None:
    """Inverse of `ingest_dag_id` and `sweep_dag_id`; None for any other DAG."""
    match = re.fullmatch(r"(?:ingest|sweep)__([a-z][a-z0-9]{1,20})__([a-z0-9_]+)", dag_id)
    return IngestDagName(match[1], match[2]) if match else None


def transform_dag_id(tenant: str) -> str:
    return f"transform__{tenant}"


def parse_transform_dag_id(dag_id: str) -> str | None:
    """The tenant of `transform_dag_id`; None for any other DAG."""
    match = re.fullmatch(r"transform__([a-z][a-z0-9]{1,20})", dag_id)
    return match[1] if match else None


def broken_dag_id(tenant: str) -> str:
    return f"broken__{tenant}"


def ops_dag_id(what: str) -> str:
    return f"ops__{what}"


def connection_id(tenant: str, feed: str) -> str:
    return f"{tenant}__{feed}"


def is_own_connection(connection: str, tenant: str) -> bool:
    """Whether a tenant's file may name this connection: its own, and none the platform reads."""
    owner, _, what = connection.partition("__")
    # Airflow reads `shop__PRIVACY` and `shop__prıvacy` from the variable of `shop__privacy`, and a
    # store of secrets may take `shop__x/../other` for a path.
    is_plain = re.fullmatch(r"[A-Za-z0-9_.-]+", what) is not None and ".." not in what
    return owner == tenant and is_plain and what.lower() not in PLATFORM_CONNECTIONS


def alert_connection_id(tenant: str) -> str:
    return f"{tenant}__alerts"


def privacy_connection_id(tenant: str) -> str:
    """Connection that holds the salt of a tenant's hashed personal data."""
    return f"{tenant}__privacy"


def raw_asset(tenant: str, feed: str) -> str:
    """Asset name; its URI is `raw_asset_uri`."""
    return f"raw/{tenant}/{feed}"


def news_alias(tenant: str, feed: str) -> str:
    """Outlet of a feed's tasks that sends `raw_asset`'s event when there is something to build."""
    return f"news/{tenant}/{feed}"


def mart_asset(tenant: str) -> str:
    return f"mart/{tenant}"


def asset_uri(asset: str) -> str:
    """With a scheme of our own (`x-`): for any other Airflow imports every provider's handlers."""
    return f"x-elt://{asset}"


def pool(connector: str) -> str:
    return f"api_{connector}"


def tags(tenant: str, layer: str, connector: str | None = None) -> list[str]:
    """DAG tags, sorted, so that serialized DAGs do not differ between parses."""
    found = [f"tenant:{tenant}", f"layer:{layer}"]
    if connector:
        found.append(f"connector:{connector}")
    return sorted(found)


def raw_schema(tenant: str, connector: str) -> str:
    return check_identifier(f"{tenant}_raw_{connector}")


def child_table(stream: str, child: str) -> str:
    return check_identifier(f"{stream}__{child}")


def parent_key_column(primary_key_column: str) -> str:
    return f"_parent_{primary_key_column}"


def dbt_schema(tenant: str, layer: str) -> str:
    """Schema of one dbt layer: stg, int, mart, bi, snap, or where the next marts are made.

    Macro generate_schema_name is its twin.
    """
    return check_identifier(f"{tenant}_{layer}")


def identity_schema(tenant: str) -> str:
    """Schema of what identity resolution says of the tenant's records; dbt's source `identity`."""
    return check_identifier(f"{tenant}_id")


def fit_schema(tenant: str) -> str:
    """Schema of what was fitted to the tenant's numbers; dbt's source `fits`."""
    return check_identifier(f"{tenant}_fit")


def record_id(connector: str, feed: str, key: str) -> str:
    """Tenant-wide id of a source's record; dbt's macro tenant_wide_id is its twin."""
    return f"{connector}:{feed}:{key}"


def tenant_prefix(tenant: str) -> str:
    """What the names of all schemas of a tenant begin with, and of no other tenant's."""
    return f"{tenant}_"


def tenant_role(tenant: str) -> str:
    return f"elt_{tenant}"


def reader_role(tenant: str) -> str:
    """Role that reads the views of `<tenant>_bi` and nothing else; no tenant's name has a `_`."""
    return f"elt_{tenant}_bi"


def console_role(tenant: str) -> str:
    """Role the console's sessions of this tenant run as."""
    return f"elt_{tenant}_console"


def console_base_role(user: str) -> str:
    """Role with the console's rights to the books; `user` is the platform's own login.

    Roles are the whole server's, and two platforms may share one.
    """
    return shorten(f"elt__console_{user}", user, MAX_IDENTIFIER_BYTES)


def own_staging(connector: str, tenant: str) -> str:
    """Stands for the connector in staging names where a tenant's feeds define the streams."""
    return f"{connector}_{tenant}"


def staging_model(connector: str, stream: str) -> str:
    return f"stg_{connector}__{stream}"


def conformed_model(connector: str, concept: str) -> str:
    return f"stg_{connector}__conformed_{concept}"


def unioned_model(concept: str) -> str:
    return f"int_{concept}__unioned"


def spread_minute(tenant: str) -> int:
    """A stable minute 0..59 for a tenant, so that a fleet's feeds do not all start at :00."""
    return int.from_bytes(hashlib.sha256(tenant.encode()).digest()[:4], "big") % 60


def lock_key(tenant: str, feed: str, stream: str) -> int:
    """Signed 64-bit key of the advisory lock that serialises loads of one stream."""
    digest = hashlib.sha256(f"{tenant}/{feed}/{stream}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


def snake(text: str) -> str:
    """Any header or sheet name to a snake-case column name; empty input gives an empty string.

    Letters of other scripts are written in Latin ones: made of the text alone, so that a column
    keeps its name wherever it stands.
    """
    if not text.isascii():
        # Imported here: headers of plain letters are the rule, and DAG files import this module.
        from anyascii import anyascii

        text = anyascii(unicodedata.normalize("NFC", text))
    spaced = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", text.strip())
    name = re.sub(r"[^a-z0-9]+", "_", spaced.lower()).strip("_")
    return f"_{name}" if name[:1].isdigit() else name


def column_name(text: str) -> str:
    """The column of a header or field, made of its text alone; empty for a text without words.

    `2024 Q1` becomes `col_2024_q1`, and so do names the database keeps for itself; a name too long
    is cut and carries a hash of the whole.
    """
    name = snake(text)
    if name.startswith("_") or name in SYSTEM_COLUMNS:
        name = f"col_{name.lstrip('_')}"
    return name if len(name) <= MAX_COLUMN else distinct(name, text)


def distinct(name: str, text: str, limit: int = MAX_COLUMN) -> str:
    """`name` with a hash of the text it was made of: for names cut, or equal but for the case."""
    return f"{name[: limit - HASH_DIGITS - 1].rstrip('_')}_{_digest(text)}"


def shorten(name: str, text: str, limit: int) -> str:
    """The name itself, or cut to the limit with a hash of the text it was made of."""
    return name if len(name) <= limit else distinct(name, text, limit)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()[:HASH_DIGITS]
