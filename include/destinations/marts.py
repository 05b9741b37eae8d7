"""What publishing marts asks of a warehouse; how is the warehouse's own business.

PostgreSQL moves tables between schemas in one transaction. Where DDL commits by itself (BigQuery,
Snowflake), people read views, and publishing is one statement a view (`create or replace view`)
under a note that says which state they are to show.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from include.ledger.connection import Connection


@dataclass(frozen=True, slots=True)
class Swapped:
    """What a swap did.

    Attributes:
        held_s: How long readers may have waited for it.
        lost: Views that could not follow: their columns are gone, or nobody may change them.
    """

    tables: tuple[str, ...] = ()
    held_s: float = 0.0
    lost: tuple[str, ...] = ()


class Marts(Protocol):
    """One tenant's marts: those people read, and the next ones beside them."""

    def run_prepare(self) -> None:
        """Make what a build beside them needs: models it leaves out are read as published."""

    def fetch_waiting(self) -> list[str]:
        """Names of the marts that are made and not published, sorted."""

    def run_publish(self, note: Callable[[Connection], None]) -> Swapped:
        """Let all that waits take its place, at once or not at all.

        Args:
            note: Writes to the books, so that both are done or neither.

        Raises:
            WarehouseUnavailable: Readers hold the tables; nothing is changed.
        """
