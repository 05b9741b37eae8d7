"""Where a tenant's marts stand between being built and being read by people."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from include.ledger.connection import Connection


class MartState(StrEnum):
    """What is true of the next marts, and so of those people read."""

    BUILDING = "building"
    PARTLY = "partly"
    BUILT = "built"
    FAILED = "failed"
    REFUSED = "refused"
    PUBLISHED = "published"


# In these nobody may publish what lies there: it is not whole.
UNSOUND = frozenset({MartState.BUILDING, MartState.PARTLY, MartState.FAILED})


@dataclass(frozen=True, slots=True)
class Publish:
    """One tenant's marts.

    Attributes:
        reason: Why what people read is older than it could be; empty when it is not.
        as_of: When what people read was built; None: nothing was published in this way yet.
    """

    state: MartState
    reason: str
    as_of: datetime | None


def fetch_publish(connection: Connection, tenant: str) -> Publish | None:
    """None: the tenant was never built beside its published marts."""
    row = connection.execute(
        "select state, coalesce(reason, ''), as_of from elt_ops.mart_states where tenant = %s",
        [tenant],
    ).fetchone()
    return Publish(MartState(row[0]), str(row[1]), row[2]) if row else None


def fetch_stale(connection: Connection) -> dict[str, str]:
    """Tenant -> why its marts are older than they could be, and of when they are."""
    rows = connection.execute(
        "select tenant, reason, as_of from elt_ops.mart_states where reason is not null"
    ).fetchall()
    return {str(tenant): _stale_words(str(reason), as_of) for tenant, reason, as_of in rows}


def _stale_words(reason: str, as_of: datetime | None) -> str:
    then = f"those of {as_of:%Y-%m-%d %H:%M} UTC" if as_of else "those of before"
    return f"{reason} People read {then}."


def run_note_build(connection: Connection, tenant: str, state: MartState, reason: str = "") -> None:
    """A build begins, has done a part, has ended; or its marts are refused, and why.

    While a build goes on, the reason of a refusal before it stays true.
    """
    connection.execute(
        "insert into elt_ops.mart_states as kept (tenant, state, reason, built_at) "
        "values (%(tenant)s, %(state)s, nullif(%(reason)s, ''), "
        "case when %(state)s = 'built' then clock_timestamp() end) "
        "on conflict (tenant) do update set "
        "state = excluded.state, changed_at = clock_timestamp(), "
        "reason = coalesce(excluded.reason, kept.reason), "
        "built_at = coalesce(excluded.built_at, kept.built_at)",
        {"tenant": tenant, "state": state.value, "reason": reason},
    )


def run_note_published(connection: Connection, tenant: str, tables: int) -> None:
    """What was built last is what people read from now on."""
    connection.execute(
        "insert into elt_ops.mart_states as kept (tenant, state, published_at, tables) "
        "values (%(tenant)s, 'published', clock_timestamp(), %(tables)s) "
        "on conflict (tenant) do update set state = 'published', reason = null, "
        "changed_at = clock_timestamp(), published_at = clock_timestamp(), "
        "tables = excluded.tables, as_of = coalesce(kept.built_at, kept.as_of)",
        {"tenant": tenant, "tables": tables},
    )
