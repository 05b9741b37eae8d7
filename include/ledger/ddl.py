"""elt_ops brought to its newest version.

Idempotent and safe when many tasks do it at once: whoever comes second waits on an advisory lock,
looks again and finds nothing left to do. When all is there, no lock is taken.
"""

import logging

from psycopg import sql

from include.core import naming
from include.ledger.connection import Connection
from include.ledger.locks import run_lock_ddl
from include.ledger.migrations import MIGRATIONS, Migration

log = logging.getLogger(__name__)


def run_migrations(connection: Connection) -> int:
    """Bring elt_ops to the newest version; returns how many steps were run.

    Needs the right to create a schema in the database, the first time only.
    """
    if _fetch_version(connection) >= MIGRATIONS[-1].version:
        return 0
    with connection.transaction():
        run_lock_ddl(connection, "migrations")
        version = _fetch_version(connection)
        todo = [step for step in MIGRATIONS if step.version > version]
        if version == 0:
            _run_create_ops(connection)
        for step in todo:
            _run_step(connection, step)
    log.info("warehouse migrated steps=%s version=%s", len(todo), MIGRATIONS[-1].version)
    return len(todo)


def _fetch_version(connection: Connection) -> int:
    # Not to_regclass: after waiting for a lock it still answers from a cache that says "absent".
    query = "select 1 from pg_tables where schemaname = %s and tablename = 'migrations'"
    if connection.execute(query, [naming.OPS_SCHEMA]).fetchone() is None:
        return 0
    found = connection.execute("select coalesce(max(version), 0) from elt_ops.migrations")
    row = found.fetchone()
    return int(str(row[0])) if row else 0


def _run_create_ops(connection: Connection) -> None:
    schema = sql.Identifier(naming.OPS_SCHEMA)
    connection.execute(sql.SQL("create schema if not exists {}").format(schema))
    connection.execute(
        "create table if not exists elt_ops.migrations "
        "(version int primary key, done_at timestamptz not null default clock_timestamp())"
    )


def _run_step(connection: Connection, step: Migration) -> None:
    for statement in step.statements:
        connection.execute(statement.encode())
    connection.execute("insert into elt_ops.migrations (version) values (%s)", [step.version])
