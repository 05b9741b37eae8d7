"""Erase a person from everything a tenant has stored, and prove it.

What is kept and what goes: rows stay, so that books balance and sums do not move; columns that are
personal are emptied in rows of the person (their own, and those linked by the source's key for
them), and an address or number that stands anywhere else is replaced. Keys that are personal
themselves become pseudonyms, the same one wherever they stand. Quarantined records go as a whole.

Order: the person goes on the erasure list first (committed: from then on no load brings them back),
then everything is redacted and searched in one transaction. If the search finds anything, nothing
is changed.
"""

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from include.config.models import Tenant
from include.config.walls.private_copies import run_sweep_copies
from include.core.errors import WarehouseRejected
from include.destinations.protocol import Destination
from include.destinations.texts import StoredTable, TextStore, Wanted
from include.ledger import ddl
from include.ledger.builds import run_forget_build
from include.ledger.connection import Connection, Warehouse
from include.ledger.erasures import fetch_erasures, run_add_erasures
from include.ledger.locks import run_lock_tenant
from include.load.privacy.eraser import Eraser
from include.pipeline.forget.find import Finder
from include.pipeline.forget.identities import IdentityEraser
from include.pipeline.forget.person import Person, build_likes
from include.pipeline.forget.redact import Redactor
from include.pipeline.forget.stores import open_texts
from include.pipeline.forget.tables import build_inventory
from include.pipeline.identity.kept import build_place

log = logging.getLogger(__name__)


@dataclass
class ForgetReport:
    """What an erasure did (or would do).

    Attributes:
        touched: Table -> rows changed.
        deleted: Table -> rows deleted.
        keys: Keys sources know the person by.
        searched: Tables and text columns of the final search, which found nothing of the
            addresses and numbers given.
        names_left: Table and column -> texts in which a full name of the person's still stands.
            Namesakes have it too, so it is reported and not changed.
    """

    touched: Counter[str] = field(default_factory=Counter)
    deleted: Counter[str] = field(default_factory=Counter)
    keys: int = 0
    searched: tuple[int, int] = (0, 0)
    names_left: Counter[str] = field(default_factory=Counter)


def _ignore(done: int, total: int) -> None:
    pass


def run_forget(
    tenant: Tenant,
    person: Person,
    warehouse: Warehouse,
    *,
    dry_run: bool = False,
    destination: Destination | None = None,
    on_table: Callable[[int, int], None] = _ignore,
) -> ForgetReport:
    """Erase; running it again finds nothing left to do.

    Args:
        dry_run: Do all of it and take it back.
        destination: Where the tenant's rows are; None: beside the books.
        on_table: Told of each table that the last search, the longest step, has been through: how
            many so far, and of how many.

    Raises:
        WarehouseRejected: The final search found the person; nothing was changed.
    """
    swept = run_sweep_copies()
    if swept:
        log.info("copies of killed processes removed folders=%s", swept)
    with warehouse.connect() as connection:
        ddl.run_migrations(connection)
    if not dry_run:
        with warehouse.connect() as connection:
            run_add_erasures(connection, tenant.id, person.entries())
    with warehouse.connect() as connection:
        run_lock_tenant(connection, tenant.id)
        with open_texts(connection, tenant.id, destination) as texts:
            report = _run(tenant, person, connection, texts, on_table)
            if dry_run:
                connection.rollback()
            else:
                connection.commit()
                texts.run_commit()
                build_place(tenant.id).run_remove()
    log.info(
        "person erased tenant=%s dry_run=%s rows=%s deleted=%s keys=%s",
        *(tenant.id, dry_run, report.touched.total(), report.deleted.total(), report.keys),
    )
    return report


def _run(
    tenant: Tenant,
    person: Person,
    connection: Connection,
    texts: TextStore,
    on_table: Callable[[int, int], None],
) -> ForgetReport:
    run_add_erasures(connection, tenant.id, person.entries())
    inventory = build_inventory(tenant, texts.fetch_tables())
    eraser = _fetch_eraser(connection, tenant.id, person)
    finder = Finder(texts, person, eraser, inventory)
    identities = finder.run()
    entries = [("row", text) for one in identities for text in one.texts()]
    run_add_erasures(connection, tenant.id, entries)
    eraser = _fetch_eraser(connection, tenant.id, person)
    identity = IdentityEraser(tenant, texts, person)
    identity.run(inventory.built, identities)
    redactor = Redactor(texts, person, eraser, inventory, identities)
    redactor.names = finder.names
    redactor.run()
    for table in inventory.built:
        if table.is_view:
            texts.run_refresh(table)
    left: Counter[str] = Counter()
    names_left: Counter[str] = Counter()
    tables = inventory.tables()
    for number, table in enumerate(tables, start=1):
        left += _search(texts, person, eraser, table)
        names_left += _search_names(texts, finder.names, table)
        on_table(number, len(tables))
    if left:
        places = ", ".join(f"`{place}` ({count})" for place, count in sorted(left.items()))
        raise WarehouseRejected(
            f"after the erasure the person is still named in {places}. Expected 0 texts. Nothing "
            "was changed; these tables need a look.",
            tenant=tenant.id,
        )
    # Rows changed outside of loads: what is built from them is built anew.
    run_forget_build(connection, tenant.id)
    searched = (len(tables), sum(len(table.texts) for table in tables))
    touched = redactor.touched + identity.touched
    deleted = redactor.deleted + identity.deleted
    return ForgetReport(touched, deleted, len(identities), searched, names_left)


def _fetch_eraser(connection: Connection, tenant: str, person: Person) -> Eraser:
    return Eraser(fetch_erasures(connection, tenant), person.digests)


def _search(texts: TextStore, person: Person, eraser: Eraser, table: StoredTable) -> Counter[str]:
    """Table and column -> texts that name the person, in every column that can hold text."""
    found: Counter[str] = Counter()
    for rows in texts.fetch_rows(table, Wanted(person.likes(), person.patterns())):
        for row in rows:
            for name in table.texts:
                if eraser.mentions_stored(row.values[name] or ""):
                    found[f"{table.place}.{name}"] += 1
    return found


def _search_names(texts: TextStore, names: set[str], table: StoredTable) -> Counter[str]:
    """Table and column -> texts that hold one of these full names, in whatever case."""
    found: Counter[str] = Counter()
    wanted = Wanted(build_likes(sorted(names)), []) if names else None
    for rows in texts.fetch_rows(table, wanted) if wanted else ():
        for row in rows:
            for name in table.texts:
                text = (row.values[name] or "").casefold()
                if any(one in text for one in names):
                    found[f"{table.place}.{name}"] += 1
    return found
