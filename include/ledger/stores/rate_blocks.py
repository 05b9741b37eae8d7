"""Which credentials their sources have asked to be left alone, and forgetting that they did."""

from dataclasses import dataclass
from datetime import datetime

from include.ledger.connection import Connection


@dataclass(frozen=True, slots=True)
class Block:
    """One credential at one host that is not asked for now; `budget` tells no secret."""

    host: str
    budget: str
    until: datetime


def fetch_blocks(connection: Connection) -> list[Block]:
    """All that last, the longest first."""
    rows = connection.execute(
        "select host, budget, blocked_until from elt_ops.rate_budgets "
        "where blocked_until > clock_timestamp() order by blocked_until desc, host, budget"
    ).fetchall()
    return [Block(*row) for row in rows]


def run_clear_blocks(connection: Connection, host: str) -> int:
    """End every block of a host; how many there were."""
    return connection.execute(
        "update elt_ops.rate_budgets set blocked_until = null, busy_until = clock_timestamp() "
        "where host = %s and blocked_until > clock_timestamp()",
        [host],
    ).rowcount
