"""What the warehouse knows about a feed's files; `include.ledger.stores.files` is the real one."""

from dataclasses import dataclass
from typing import Any, Protocol


class FileLedger(Protocol):
    """What the warehouse knows about one feed's files."""

    def get(self) -> list[dict[str, Any]]:
        """Rows with the fields of `LoadedFile`, in the order loaded."""
        ...

    def put_archived(self, path: str) -> None:
        """Note that the file was moved away or deleted."""
        ...


@dataclass(frozen=True)
class LoadedFile:
    """One content of one file, loaded by one stream; see `core.streams.FileMark`."""

    stream: str
    path: str
    content_hash: str
    size: int
    version: str
    layout: str
    detected: str | None
    same_as: str | None
    load_id: int
    is_archived: bool


def fetch_loaded(ledger: FileLedger | None) -> dict[str, list[LoadedFile]]:
    """Rows by stream; empty without a ledger."""
    found: dict[str, list[LoadedFile]] = {}
    for row in ledger.get() if ledger else ():
        found.setdefault(row["stream"], []).append(LoadedFile(**row))
    return found
