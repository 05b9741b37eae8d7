"""What a load does to elt_ops.quarantine: closes what it has settled, adds what is bad."""

from collections.abc import Sequence
from typing import Protocol

from include.destinations.layout import StreamLayout
from include.ledger import rejects as ledger
from include.ledger.connection import Connection
from include.ledger.loads import LoadPlace
from include.load.books.rejects import key_kinds


class StagedKeys(Protocol):
    """Knows which records a load has staged."""

    def fetch_staged(self, keys: Sequence[str]) -> list[int]:
        """Positions of those keys (JSON lists of texts) that are among the staged records."""
        ...


def fetch_loaded(connection: Connection, place: LoadPlace, staged: StagedKeys) -> list[int]:
    """Ids of open records of which a good reading is staged."""
    known = ledger.fetch_open_keys(connection, place)
    if not known:
        return []
    ids = list(known)
    return [ids[at] for at in staged.fetch_staged(list(known.values()))]


def run_record_quarantine(
    connection: Connection,
    place: LoadPlace,
    load_id: int,
    layout: StreamLayout,
    *,
    replayed: Sequence[int] = (),
    loaded: Sequence[int] = (),
) -> None:
    """Merge the staged rejects and close what this load has settled, in the caller's transaction.

    Args:
        replayed: Ids of the quarantined records this load carries.
        loaded: Ids of open records of which this load brings a good reading.
    """
    kinds = key_kinds(layout)
    ledger.run_close(connection, place, load_id, "replayed", replayed)
    ledger.run_close_superseded(connection, place, load_id, kinds)
    ledger.run_close(connection, place, load_id, "loaded", loaded)
    ledger.run_merge(connection, place, load_id, kinds)
