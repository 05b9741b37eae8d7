"""What the demo reports, read from the warehouse: the ledger, checks, marts, revenue."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from psycopg import sql

from include.core import naming
from include.ledger.connection import Connection
from include.pipeline.health.identities import fetch_matches
from include.pipeline.health.tenant_health import TenantHealth

COUNTS = ("read", "loaded", "unchanged", "quarantined", "filtered")
LAYERS = ("stg", "int", "mart", "snap")


@dataclass
class TenantNumbers:
    """One tenant after its transform.

    Attributes:
        marts: Mart table -> rows.
        models: Relations dbt built over all layers, snapshots included.
        tests: dbt tests defined on nothing but those relations and their sources.
        checks: Newest outcome of every check: state -> how many.
        revenue: (source connector, currency, net amount), largest first.
        identities: See `fetch_matches`; None where nothing was resolved.
    """

    marts: dict[str, int] = field(default_factory=dict)
    models: int = 0
    tests: int = 0
    checks: dict[str, int] = field(default_factory=dict)
    score: Decimal | None = None
    revenue: list[tuple[str, str, Decimal]] = field(default_factory=list)
    identities: dict[str, Any] | None = None


def fetch_stream_counts(connection: Connection, dag_id: str, run_id: str) -> dict[str, Any]:
    """Stream -> the five numbers of one DAG run, tries summed up; sorted by stream."""
    rows = connection.execute(
        "select stream, sum(read), sum(inserted + updated), sum(unchanged), sum(quarantined), "
        "sum(filtered) from elt_ops.loads where dag_id = %s and run_id = %s "
        "group by stream order by stream",
        [dag_id, run_id],
    ).fetchall()
    return {stream: dict(zip(COUNTS, map(int, numbers), strict=True)) for stream, *numbers in rows}


def fetch_loads_of_runs(
    connection: Connection, run_ids: Iterable[str]
) -> list[tuple[int, str, str, str, str, int, int]]:
    """Loads of these runs: id, tenant, feed, stream, state, read, loaded."""
    return connection.execute(
        "select load_id, tenant, feed, stream, state, read, inserted + updated "
        "from elt_ops.loads where run_id = any(%s) order by load_id",
        [list(run_ids)],
    ).fetchall()


def fetch_tenant_numbers(
    connection: Connection, health: TenantHealth, manifest: Path
) -> TenantNumbers:
    """All numbers of one tenant; marts that do not exist yet are simply absent."""
    numbers, tenant = TenantNumbers(), health.tenant
    relations = {layer: _relations(connection, tenant, layer) for layer in LAYERS}
    numbers.models = sum(len(names) for names in relations.values())
    numbers.tests = _count_tests(manifest, {name for names in relations.values() for name in names})
    schema = naming.dbt_schema(tenant, "mart")
    for name in relations["mart"]:
        query = sql.SQL("select count(*) from {}").format(sql.Identifier(schema, name))
        numbers.marts[name] = _one(connection, query)
    numbers.checks = dict(Counter(row["state"] for row in health.checks))
    numbers.score = health.score
    if "fct_revenue_daily" in relations["mart"]:
        query = sql.SQL(
            "select source_connector, currency_code, sum(net_amount) from {} "
            "group by source_connector, currency_code order by sum(net_amount) desc"
        ).format(sql.Identifier(schema, "fct_revenue_daily"))
        numbers.revenue = connection.execute(query).fetchall()
    numbers.identities = fetch_matches(connection, tenant)
    return numbers


def _relations(connection: Connection, tenant: str, layer: str) -> list[str]:
    rows = connection.execute(
        "select relname from pg_class join pg_namespace on pg_namespace.oid = relnamespace "
        "where nspname = %s and relkind in ('r', 'v', 'm', 'p') order by relname",
        [naming.dbt_schema(tenant, layer)],
    ).fetchall()
    return [name for (name,) in rows]


def _one(connection: Connection, query: Any, parameters: list[Any] | None = None) -> Any:
    row = connection.execute(query, parameters).fetchone()
    return row[0] if row else None


def _count_tests(manifest: Path, built: set[str]) -> int:
    """Tests in the manifest whose models are all among `built`."""
    try:
        nodes = json.loads(manifest.read_text())["nodes"]
    except (OSError, ValueError, KeyError):
        return 0
    ids = {key for key, node in nodes.items() if node["name"] in built}
    tests = [node for node in nodes.values() if node["resource_type"] == "test"]
    count = 0
    for test in tests:
        needed = [node for node in test["depends_on"]["nodes"] if not node.startswith("source.")]
        count += bool(needed) and ids.issuperset(needed)
    return count
