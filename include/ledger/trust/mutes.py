"""Checks that a person has muted: visible, with a reason, and never for good. Nothing commits."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.rows import dict_row

from include.ledger.connection import Connection

# What a mute silences: a check of a feed's stream, or of the marts (both None).
CheckPlace = tuple[str | None, str | None, str]


@dataclass(frozen=True, slots=True)
class Mute:
    """One mute.

    Attributes:
        feed: None for checks on marts.
        stream: Stream or table; None for a check that speaks of none.
        until: It ends by itself then.
    """

    tenant: str
    feed: str | None
    stream: str | None
    check_name: str
    until: datetime
    because: str
    who: str


def run_mute(connection: Connection, mute: Mute) -> int:
    """Store it in place of an older one of the same check; the answer is its id.

    The check's newest result is muted, too: whoever tells people looks there.
    """
    place = (mute.feed, mute.stream, mute.check_name)
    run_unmute(connection, mute.tenant, place)
    _mark(connection, mute.tenant, place, mute.until)
    row = connection.execute(
        "insert into elt_ops.check_mutes (tenant, feed, stream, check_name, until, because, who) "
        "values (%s, %s, %s, %s, %s, %s, %s) returning mute_id",
        [
            *(mute.tenant, mute.feed, mute.stream, mute.check_name),
            *(mute.until, mute.because, mute.who),
        ],
    ).fetchone()
    assert row is not None
    return int(row[0])


def run_unmute(connection: Connection, tenant: str, place: CheckPlace) -> int:
    """End what is muted there; how many mutes that were."""
    _mark(connection, tenant, place, None)
    return connection.execute(
        "update elt_ops.check_mutes set ended_at = clock_timestamp() where tenant = %s "
        "and feed is not distinct from %s and stream is not distinct from %s and check_name = %s "
        "and ended_at is null and until > clock_timestamp()",
        [tenant, *place],
    ).rowcount


def _mark(connection: Connection, tenant: str, place: CheckPlace, until: datetime | None) -> None:
    connection.execute(
        "update elt_ops.check_results set muted_until = %s where result_id = ("
        "select max(result_id) from elt_ops.check_results where tenant = %s "
        "and feed is not distinct from %s and stream is not distinct from %s and check_name = %s)",
        [until, tenant, *place],
    )


def fetch_mutes(
    connection: Connection, tenant: str, at: datetime, *, also_ended: bool = False
) -> list[dict[str, Any]]:
    """Mutes in force at that instant, the one that ends first first; with ended ones all."""
    with connection.cursor(row_factory=dict_row) as cursor:
        cursor.execute(
            "select mute_id, tenant, feed, stream, check_name, until, because, who, created_at, "
            "ended_at from elt_ops.check_mutes where tenant = %s "
            "and (%s or ended_at is null and until > %s) order by until, mute_id",
            [tenant, also_ended, at],
        )
        return cursor.fetchall()


def build_muted_until(mutes: list[dict[str, Any]]) -> Mapping[CheckPlace, datetime]:
    """Place of a check -> when its mute ends."""
    return {(row["feed"], row["stream"], row["check_name"]): row["until"] for row in mutes}
