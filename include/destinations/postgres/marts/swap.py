"""The swap: what waits takes the place of what is published, all at once or not at all.

One transaction: locks, old tables out of the way, new ones in, views on them, rights, a note in
the books. It moves names, no rows, so its length does not grow with the tables. A reader's
statement sees all old tables or all new ones: it waits for the commit, or the swap for it.
"""

import logging
import time
from collections.abc import Callable

from psycopg import errors, sql

from include.core.errors import WarehouseUnavailable
from include.destinations.marts import Swapped
from include.destinations.postgres.dependent_views import fetch_grants
from include.destinations.postgres.marts.candidates import (
    build_schemas,
    build_stand_in,
    fetch_names,
    fetch_waiting,
    run_act_as,
)
from include.destinations.postgres.marts.readers import (
    ReaderView,
    fetch_made,
    fetch_readers,
    run_follow,
    run_set_path,
)
from include.ledger.connection import Connection

log = logging.getLogger(__name__)

# Below PostgreSQL's deadlock_timeout (1 s): where a reader and the swap wait for each other, it is
# the swap that lets go, and no reader is stopped.
LOCK_WAIT_MS = 400
LOCKS_WAIT_MS = 800
# Long enough for autovacuum to notice and to make room.
QUIET_WAIT_MS = 5000
PATIENCE_S = 300.0
OLD = "elt_old_"
FIND_DEFAULT_GRANTS = """
select acl.privilege_type, acl.grantee = 0, acl.grantee::regrole::text, acl.is_grantable
from pg_default_acl as defaults, aclexplode(defaults.defaclacl) as acl
where
    defaults.defaclnamespace = to_regnamespace(%s)
    and defaults.defaclobjtype = 'r'
    and pg_get_userbyid(defaults.defaclrole) = coalesce(%s, current_user)
    and acl.grantee <> defaults.defaclrole
order by 1, 3
"""
Statement = sql.Composed | sql.SQL


def run_swap(
    connection: Connection,
    tenant: str,
    role: str | None,
    note: Callable[[Connection], None],
    patience_s: float = PATIENCE_S,
) -> Swapped:
    """Publish what waits; the caller holds the tenant's build lock.

    Args:
        connection: In autocommit.
        role: Owner of the tenant's schemas; None: whoever is connected.
        note: Writes to the books, in the same transaction.

    Raises:
        WarehouseUnavailable: Readers have held the tables all the time; nothing is changed.
    """
    until, pause = time.monotonic() + patience_s, 0.1
    while True:
        swap = _Swap(connection, tenant, role)
        try:
            with connection.transaction():
                swap.run()
                run_act_as(connection, None)
                note(connection)
            return swap.told()
        except (errors.LockNotAvailable, errors.QueryCanceled, errors.DeadlockDetected) as error:
            if time.monotonic() > until:
                raise WarehouseUnavailable(
                    f"the marts could not be swapped for {patience_s:.0f} s: somebody reads them "
                    "all the time. They stay as they were. The swap is tried again; if it stays, "
                    "look for a query that never ends (pg_stat_activity).",
                    tenant=tenant,
                ) from error
        time.sleep(pause)
        pause = min(pause * 2, 2.0)


class _Swap:
    """One try."""

    def __init__(self, connection: Connection, tenant: str, role: str | None) -> None:
        self._connection = connection
        self._tenant = tenant
        self._role = role
        self._mart, self._beside = build_schemas(tenant, "mart")
        self._bi, self._bi_beside = build_schemas(tenant, "bi")
        self._waiting: list[str] = []
        self._lost: list[str] = []
        self._began = time.monotonic()

    def told(self) -> Swapped:
        held = time.monotonic() - self._began
        return Swapped(tuple(self._waiting), held, tuple(self._lost))

    def run(self) -> None:
        """Everything but the commit."""
        connection = self._connection
        self._waiting = fetch_waiting(connection, self._tenant)
        made = fetch_made(connection, self._bi_beside, self._bi, self._beside)
        if not self._waiting and not made:
            return
        published = set(fetch_names(connection, self._mart, "rp"))
        old = [name for name in self._waiting if name in published]
        run_act_as(connection, self._role)
        self._run_quiet(old)
        rights = self._fetch_rights(published)
        readers = self._fetch_readers(old)
        self._began = time.monotonic()
        self._run_lock(readers, old)
        run_act_as(connection, self._role)
        self._run_script(self._build_moves(old, rights))
        run_set_path(connection, self._mart)
        self._run_views(readers, made)
        run_act_as(connection, self._role)
        self._run_script(self._build_rest(old, made))

    def _run_quiet(self, old: list[str]) -> None:
        """Nobody writes, vacuums or analyses them any more; readers do not notice."""
        self._run_limit(QUIET_WAIT_MS, 0)
        for schema, names, mode in (
            (self._beside, self._waiting, "access exclusive"),
            (self._mart, old, "share update exclusive"),
        ):
            if names:
                self._connection.execute(self._build_lock(schema, names, mode))

    def _run_lock(self, readers: list[ReaderView], old: list[str]) -> None:
        """Views before tables, as a reader comes to them.

        Replaced by its own text a view is locked and nothing else; `lock table` locks all below it.
        """
        connection = self._connection
        run_set_path(connection, self._mart)
        self._run_limit(LOCK_WAIT_MS, LOCKS_WAIT_MS)
        for view in readers:
            if view.is_ours and not view.is_stored:
                run_act_as(connection, view.owner)
                connection.execute(view.replace())
                if time.monotonic() - self._began > LOCKS_WAIT_MS / 1000:
                    raise errors.LockNotAvailable
        run_act_as(connection, self._role)
        if old:
            connection.execute(self._build_lock(self._mart, old, "access exclusive"))
        self._run_limit(LOCK_WAIT_MS, 0)

    def _run_views(self, readers: list[ReaderView], made: list[ReaderView]) -> None:
        """What reads the old tables reads the new ones; what was made anew takes its place."""
        new = {(one.schema, one.name) for one in made}
        stays = [one for one in readers if (one.schema, one.name) not in new]
        for view in (*made, *stays):
            run_act_as(self._connection, None)
            if not run_follow(self._connection, view):
                self._lost.append(f"{view.schema}.{view.name}")
                log.warning(
                    "view cannot follow its mart tenant=%s view=%s.%s",
                    *(self._tenant, view.schema, view.name),
                )

    def _fetch_rights(self, published: set[str]) -> list[Statement]:
        """Rights of the tables that go, for those that come; of new ones, the schema's defaults."""
        found: list[Statement] = []
        for name in self._waiting:
            place = sql.Identifier(self._mart, name)
            if name in published:
                found += fetch_grants(self._connection, self._fetch_oid(name), place)
                continue
            rows = self._connection.execute(FIND_DEFAULT_GRANTS.encode(), [self._mart, self._role])
            for privilege, is_public, grantee, _ in rows.fetchall():
                whom = sql.SQL("public" if is_public else grantee)
                grant = sql.SQL("grant {} on {} to {}")
                found.append(grant.format(sql.SQL(privilege), place, whom))
        return found

    def _fetch_readers(self, old: list[str]) -> list[ReaderView]:
        apart = [self._beside, self._bi_beside]
        tables = [self._fetch_oid(name) for name in old]
        return fetch_readers(self._connection, tables, self._mart, apart)

    def _fetch_oid(self, name: str) -> int:
        query = "select format('%%I.%%I', %s::text, %s::text)::regclass::oid"
        row = self._connection.execute(query, [self._mart, name]).fetchone()
        assert row is not None
        return int(row[0])

    def _build_moves(self, old: list[str], rights: list[Statement]) -> list[Statement]:
        """Old names away, new tables in."""
        found: list[Statement] = []
        for number, name in enumerate(old):
            away = sql.SQL("alter table {} rename to {}")
            place = sql.Identifier(self._mart, name)
            found.append(away.format(place, sql.Identifier(f"{OLD}{number}")))
        for name in self._waiting:
            move = sql.SQL("alter table {} set schema {}")
            place = sql.Identifier(self._beside, name)
            found.append(move.format(place, sql.Identifier(self._mart)))
        return [*found, *rights]

    def _build_rest(self, old: list[str], made: list[ReaderView]) -> list[Statement]:
        """Old tables and what is left beside dropped; stand-ins for what is published now."""
        found: list[Statement] = [
            sql.SQL("drop view if exists {}").format(sql.Identifier(self._bi_beside, one.name))
            for one in made
        ]
        for number in range(len(old)):
            drop = sql.SQL("drop table {} cascade")
            found.append(drop.format(sql.Identifier(self._mart, f"{OLD}{number}")))
        return [*found, *(build_stand_in(self._tenant, name) for name in self._waiting)]

    def _run_script(self, statements: list[Statement]) -> None:
        """All in one trip to the server."""
        if statements:
            self._connection.execute(sql.SQL("; ").join(statements))

    def _run_limit(self, lock_ms: int, statement_ms: int) -> None:
        for name, limit in (("lock_timeout", lock_ms), ("statement_timeout", statement_ms)):
            self._connection.execute(f"set local {name} = {limit:d}".encode())

    @staticmethod
    def _build_lock(schema: str, names: list[str], mode: str) -> sql.Composed:
        tables = sql.SQL(", ").join(sql.Identifier(schema, name) for name in names)
        return sql.SQL(f"lock table {{}} in {mode} mode").format(tables)
