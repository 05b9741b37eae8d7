"""Tenants and feeds made in the console; a change is one more version, nothing is rewritten."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg

from include.core.errors import Overtaken
from include.ledger.connection import Connection

_NEWEST = """
select distinct on (tenant, feed) tenant, feed, version, spec, who, at, why from (
    select tenant, '' as feed, version, spec, who, at, why from elt_ops.tenants
    union all
    select tenant, feed, version, spec, who, at, why from elt_ops.feeds
) as r
where (%(tenant)s::text is null or tenant = %(tenant)s)
    and (%(feed)s::text is null or feed = %(feed)s)
order by tenant, feed, version desc
"""
_VERSIONS = {
    True: "select tenant, '', version, spec, who, at, why from elt_ops.tenants where tenant = %s "
    "and '' = %s order by version desc limit 200",
    False: "select tenant, feed, version, spec, who, at, why from elt_ops.feeds where tenant = %s "
    "and feed = %s order by version desc limit 200",
}


@dataclass(frozen=True)
class Version:
    """One version of a feed, or of a tenant's own settings (`feed` is empty then).

    Attributes:
        spec: What stands below `feeds: <feed>:`, or in a tenant's file besides its feeds; None:
            removed.
    """

    tenant: str
    feed: str
    version: int
    spec: Mapping[str, Any] | None
    who: str
    at: datetime
    why: str


@dataclass(frozen=True)
class Change:
    """What becomes the next version.

    Attributes:
        after: The version it was made from; 0: there was none.
    """

    tenant: str
    feed: str
    spec: Mapping[str, Any] | None
    after: int
    who: str
    why: str = ""


def fetch_newest(
    connection: Connection, tenant: str | None = None, feed: str | None = None
) -> list[Version]:
    """The newest version of everything asked for, removed ones included."""
    rows = connection.execute(_NEWEST.encode(), {"tenant": tenant, "feed": feed})
    return [Version(*row) for row in rows]


def fetch_versions(connection: Connection, tenant: str, feed: str) -> list[Version]:
    """Every version of one feed, or with `feed` empty of the tenant, the newest first."""
    rows = connection.execute(_VERSIONS[feed == ""].encode(), [tenant, feed])
    return [Version(*row) for row in rows]


def run_append(connection: Connection, change: Change) -> int:
    """Write the next version and return its number.

    Raises:
        Overtaken: There is such a version already; nothing was written.
    """
    table, names = ("feeds", ["tenant", "feed"]) if change.feed else ("tenants", ["tenant"])
    values = [change.tenant, change.feed][: len(names)]
    spec = None if change.spec is None else json.dumps(dict(change.spec), default=str)
    columns = ", ".join([*names, "version", "spec", "who", "why"])
    marks = ", ".join(["%s"] * (len(names) + 4))
    statement = f"insert into elt_ops.{table} ({columns}) values ({marks})"  # noqa: S608 our words
    row = [*values, change.after + 1, spec, change.who, change.why]
    try:
        with connection.transaction():
            connection.execute(statement.encode(), row)
    except psycopg.errors.UniqueViolation:
        raise Overtaken(
            f"somebody else has changed `{change.feed or change.tenant}` meanwhile. Read it again, "
            "then change it.",
            tenant=change.tenant,
        ) from None
    return change.after + 1
