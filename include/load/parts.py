"""A read committed in parts: where pages may be cut, and what the parts add up to.

A page that carries a position can end a part: everything up to it is committed, and a retry goes
on behind it. Without positions, or where absence means deletion, a read is one part.
"""

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from include.core.errors import EltError
from include.core.streams import LoadResult, Page


@dataclass(frozen=True, slots=True)
class PartLimits:
    """How much may be lost to a kill: a part is committed when either is reached.

    Rows bound the temporary tables only: each commit of a large table costs a merge, so a fast
    source is cut by time, as a slow one is.
    """

    rows: int = 10_000_000
    seconds: float = 300.0


LIMITS = PartLimits()


class PartCutter:
    """Hands out the pages part by part.

    Attributes:
        position: Last position of the current part's pages.
        is_last: The pages have ended; nothing follows the current part.
        error: What ended the current part early although all of it can be committed.
    """

    def __init__(self, pages: Iterable[Page], limits: PartLimits | None) -> None:
        self._pages = iter(pages)
        self._limits = limits
        self.position: str | None = None
        self.is_last = False
        self.error: EltError | None = None

    def part(self) -> Iterator[Page]:
        """Pages of the next part.

        Raises:
            EltError: From the source, unless a retry may help and all pages so far end at a
                position; then they are to be committed and `error` is raised after.
        """
        rows, since = 0, time.monotonic()
        self.position, can_end = None, False
        while True:
            try:
                page = next(self._pages, None)
            except EltError as error:
                if self._limits is None or not (error.retryable and can_end):
                    raise
                self.error = error
                return
            if page is None:
                self.is_last = True
                return
            yield page
            rows += len(page.records)
            can_end = page.position is not None
            self.position = page.position or self.position
            if can_end and self._is_full(rows, since):
                return

    def _is_full(self, rows: int, since: float) -> bool:
        limits = self._limits
        if limits is None:
            return False
        return rows >= limits.rows or time.monotonic() - since >= limits.seconds


def build_sum(parts: Sequence[LoadResult]) -> LoadResult:
    """What all parts of a run did together, under the last one's id."""
    first, last = parts[0], parts[-1]
    if first is last:
        return last
    children: dict[str, int] = {}
    for part in parts:
        for name, rows in part.child_rows.items():
            children[name] = children.get(name, 0) + rows
    names = ("read", "inserted", "updated", "unchanged", "quarantined", "filtered", "deleted")
    return replace(
        last,
        **{name: sum(getattr(part, name) for part in parts) for name in names},
        child_rows=children,
        cursor_before=first.cursor_before,
        schema_changes=tuple(change for part in parts for change in part.schema_changes),
        seconds=round(sum(part.seconds for part in parts), 3),
        parts=sum(part.parts for part in parts),
        notices=tuple(dict.fromkeys(n for part in parts for n in part.notices)),
    )
