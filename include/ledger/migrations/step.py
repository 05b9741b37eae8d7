"""What one migration is. A step that has been released is never edited."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Migration:
    """One step; `statements` run in one transaction with the note that it is done."""

    version: int
    statements: tuple[str, ...]
