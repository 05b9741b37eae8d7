"""What a database calls its columns and tables, and what they are called in the warehouse."""

from collections.abc import Mapping, Sequence
from typing import Protocol

# Place (a table, or "" for the tables themselves) -> name at the source -> name in the warehouse.
Names = Mapping[str, Mapping[str, str]]


class NameStore(Protocol):
    """One feed's names. `include.ledger.stores.names` keeps them for good.

    Of two names that differ by case one is plain and the other carries a hash. Without a memory the
    other would become the plain one on the day the first goes away, with other values.
    """

    def fetch(self) -> Names:
        """All names kept so far."""
        ...

    def keep(self, names: Sequence[tuple[str, str, str]]) -> None:
        """Keep (place, name at the source, name); one kept before stays as it is."""
        ...
