"""What a tenant's marts were last built from, and what has changed in raw since.

A stream's loads commit one after the other and take their number inside the stream's lock, so the
number of its last load that changed rows says exactly which rows a build has seen. One number for
the whole tenant would not: a load with a lower number may commit after one with a higher.
"""

import json
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from include.core import naming
from include.ledger.connection import Connection, Warehouse

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Build:
    """The last complete build of one tenant.

    Attributes:
        fingerprint: Hash of the dbt project, the tenant's variables and its selection.
        loads: `<connector>/<feed>/<stream>` -> last load that had changed rows when it began.
    """

    fingerprint: str
    loads: Mapping[str, int]
    built_at: datetime


def fetch_build(connection: Connection, tenant: str) -> Build | None:
    """None when nothing was built yet, the last build failed, or somebody asked for all anew."""
    row = connection.execute(
        "select fingerprint, loads, built_at from elt_ops.dbt_builds where tenant = %s", [tenant]
    ).fetchone()
    return Build(str(row[0]), dict(row[1]), row[2]) if row else None


def fetch_changing_loads(connection: Connection, tenant: str) -> dict[str, int]:
    """`<connector>/<feed>/<stream>` -> its last load that changed rows or the table itself."""
    rows = connection.execute(
        "select l.connector || '/' || l.feed || '/' || l.stream, max(l.load_id) "
        "from elt_ops.loads as l where l.tenant = %s and l.state = 'loaded' "
        "and (l.inserted + l.updated + l.deleted > 0 or exists "
        "(select from elt_ops.schema_changes as s where s.load_id = l.load_id)) group by 1",
        [tenant],
    ).fetchall()
    return {str(name): int(load_id) for name, load_id in rows}


def run_record_build(
    connection: Connection, tenant: str, fingerprint: str, loads: Mapping[str, int]
) -> None:
    """Everything up to these loads is in the marts."""
    connection.execute(
        "insert into elt_ops.dbt_builds (tenant, fingerprint, loads) values (%s, %s, %s) "
        "on conflict (tenant) do update set fingerprint = excluded.fingerprint, "
        "loads = excluded.loads, built_at = clock_timestamp()",
        [tenant, fingerprint, json.dumps(loads, sort_keys=True)],
    )


def run_forget_build(connection: Connection, tenant: str) -> None:
    """The next build builds everything: rows changed outside of loads, or a build broke off."""
    connection.execute("delete from elt_ops.dbt_builds where tenant = %s", [tenant])


@contextmanager
def build_lock(warehouse: Warehouse, tenant: str) -> Iterator[None]:
    """One build of a tenant at a time, whoever starts it; a second one waits for the first.

    Two at once (the command line beside Airflow) would swap each other's tables away.
    """
    key = naming.lock_key(naming.OPS_SCHEMA, "dbt_build", tenant)
    with warehouse.connect(autocommit=True) as connection:
        row = connection.execute("select pg_try_advisory_lock(%s)", [key]).fetchone()
        if not (row and row[0]):
            log.info("build waits for another of its tenant tenant=%s", tenant)
            connection.execute("select pg_advisory_lock(%s)", [key])
        yield
