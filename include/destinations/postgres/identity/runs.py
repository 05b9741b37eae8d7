"""What runs of identity resolution have said of themselves."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import sql

from include.config.tenant.identity import Kind
from include.core import naming
from include.destinations.postgres.identity.tables import RESOLVED, RUNS, UNLIKE
from include.ledger.connection import Connection


@dataclass(frozen=True, slots=True)
class LastRun:
    """The newest run of a kind.

    Attributes:
        records: What it resolved.
        stored: Rows the kind's table has now; fewer or more than `records`: somebody changed them.
        inputs_hash: Of all it read but its own last answer.
        full_at: When every pair was scored last; None: never.
        base: The kept base that holds its answer; None: none.
    """

    at: datetime
    records: int
    stored: int
    inputs_hash: str | None
    full_at: datetime | None
    base: str | None


def fetch_last_run(connection: Connection, tenant: str, kind: Kind) -> LastRun | None:
    """None before the first run of the kind."""
    schema = naming.identity_schema(tenant)
    query = sql.SQL(
        "select at, records, (select count(*) from {people}), inputs_hash, "
        "(select max(at) from {runs} where kind = %s and is_full), base "
        "from {runs} where kind = %s order by run_id desc limit 1"
    ).format(
        people=sql.Identifier(schema, RESOLVED[kind].name),
        runs=sql.Identifier(schema, RUNS.name),
    )
    row = connection.execute(query, [kind, kind]).fetchone()
    return LastRun(row[0], int(row[1]), int(row[2]), *row[3:]) if row else None


def has_runs(connection: Connection, tenant: str) -> bool:
    """Whether identities of the tenant were ever resolved."""
    known = "select 1 from pg_tables where schemaname = %s and tablename = %s"
    place = naming.identity_schema(tenant), RUNS.name
    if connection.execute(known, place).fetchone() is None:
        return False
    query = sql.SQL("select exists (select from {})").format(sql.Identifier(*place))
    row = connection.execute(query).fetchone()
    return bool(row and row[0])


def fetch_warnings(connection: Connection, tenant: str, since: datetime) -> dict[str, int]:
    """Kind -> how many warnings its runs since then have left, those without any left out."""
    query = sql.SQL(
        "select kind, sum(cardinality(warnings)) from {} "
        "where at >= %s and cardinality(warnings) > 0 group by kind order by kind"
    ).format(sql.Identifier(naming.identity_schema(tenant), RUNS.name))
    return {str(kind): int(count) for kind, count in connection.execute(query, [since])}


def run_drop_unlike(connection: Connection, tenant: str, kind: str) -> None:
    """Before a run that scores every pair: what earlier ones have counted is in its counts."""
    place = sql.Identifier(naming.identity_schema(tenant), UNLIKE.name)
    connection.execute(sql.SQL("delete from {} where kind = %s").format(place), [kind])


def run_add_run(connection: Connection, tenant: str, values: dict[str, Any]) -> None:
    """Note one run."""
    columns = sql.SQL(", ").join(map(sql.Identifier, values))
    marks = sql.SQL(", ").join(sql.Placeholder() * len(values))
    place = sql.Identifier(naming.identity_schema(tenant), RUNS.name)
    clear = sql.SQL("update {} set base = null where kind = %s and base is not null")
    connection.execute(clear.format(place), [values["kind"]])
    statement = sql.SQL("insert into {} ({}) values ({})").format(place, columns, marks)
    connection.execute(statement, list(values.values()))
