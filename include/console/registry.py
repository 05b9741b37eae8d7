"""Changes of the registry by a visitor: judged, audited, shown to DAGs and the console at once."""

import logging
from collections.abc import Mapping
from typing import Any

from include.config.models import Tenant
from include.config.settings import connection_from_env
from include.console.answers import Refusal, not_found
from include.console.visitor import Visitor
from include.core import naming
from include.ledger.audit import run_record_audit
from include.ledger.stores.registry import Change, Version, fetch_newest, fetch_versions
from include.pipeline.registry import run_change, run_sync

log = logging.getLogger(__name__)

# Besides what a connector declares: where a connection's host is, and what a database's needs.
PLACES = frozenset({"conn_type", "host", "port", "schema", "login", "password"})


def fetch_version(visitor: Visitor, tenant: str, feed: str) -> Version | None:
    """The newest version, also of what was removed; None: it was never made here."""
    with visitor.open_registry(tenant, read_only=True).connect() as connection:
        found = [one for one in fetch_newest(connection, tenant, feed) if one.feed == feed]
    return found[0] if found else None


def fetch_history(visitor: Visitor, tenant: str, feed: str) -> list[Version]:
    """All versions, the newest first."""
    visitor.see(tenant)
    with visitor.open_registry(tenant, read_only=True).connect() as connection:
        return fetch_versions(connection, tenant, feed)


def run_save(visitor: Visitor, change: Change, what: str) -> int:
    """Write the version and its audit line in one transaction, then the snapshot.

    Raises:
        Unfit, Overtaken: Nothing was written.
    """
    about = {"feed": change.feed or None, "version": change.after + 1, "why": change.why}
    with visitor.open_registry(change.tenant).connect() as connection:
        version = run_change(connection, change)
        run_record_audit(connection, change.who, change.tenant, what, about)
    # Everybody's snapshot, by the console itself.
    with visitor.fleet.build_platform_warehouse().connect() as connection:
        run_sync(connection)
    visitor.fleet.reread_tenant(change.tenant)
    return version


def run_keep_secrets(
    visitor: Visitor, tenant: str, feed: str, secrets: Mapping[str, str], allowed: frozenset[str]
) -> None:
    """Put the fields that are given into the feed's connection.

    Raises:
        Refusal: A field the connector does not know, or a connection the environment gives.
    """
    given = check_secrets(secrets, allowed)
    if not given:
        return
    connection_id = naming.connection_id(tenant, feed)
    if connection_from_env(connection_id) is not None:
        words = ("The environment gives this connection, and wins.", "Change it where it is set.")
        raise Refusal(409, "environment_wins", *words)
    visitor.fleet.doors.save_connection(connection_id, given)
    with visitor.open_registry(tenant).connect() as connection:
        about = {"feed": feed, "fields": sorted(given)}
        run_record_audit(connection, visitor.person.name, tenant, "connection.write", about)


def check_secrets(secrets: Mapping[str, str], allowed: frozenset[str]) -> dict[str, str]:
    """The fields that say something.

    Raises:
        Refusal: 422, for one the connector does not know.
    """
    unknown = sorted(secrets.keys() - allowed - PLACES)
    if unknown:
        known = ", ".join(sorted(allowed | PLACES))
        words = (f"The connection has no field `{unknown[0][:60]}`.", f"Known: {known}.")
        raise Refusal(422, "invalid", *words)
    if secrets.get("port") and not secrets["port"].isdigit():
        raise Refusal(422, "invalid", "`port` is no number.", "Correct it.")
    return {name: text for name, text in secrets.items() if text}


def find_block(tenant: Tenant, feed: str) -> dict[str, Any]:
    """The block as its file or the console has it, of disabled feeds, too.

    Raises:
        Refusal: 404.
    """
    if feed not in tenant.spec.feeds:
        raise not_found()
    block = tenant.spec.feeds[feed].model_dump(mode="json", exclude_unset=True, by_alias=True)
    return dict(block)
