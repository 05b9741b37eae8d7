"""Statements of the query API, and what an answer to one holds."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from include.core.clock import parse_instant
from include.core.errors import ContractBroken
from include.core.streams import Window

PAGE = 1000
# Lists answer only active rows unless told otherwise.
WITH_INACTIVE = frozenset(
    {"Account", "Class", "Customer", "Department", "Item", "PaymentMethod", "Vendor"}
)


@dataclass(frozen=True)
class Statement:
    """One SELECT over a window of change times.

    Attributes:
        after: Lower bound, included.
        position: 1-based.
    """

    entity: str
    after: datetime | None
    before: datetime | None
    position: int = 1
    size: int = PAGE

    @property
    def overlaps(self) -> bool:
        """Its first row should be the last one of the page before; pages of one row have none."""
        return self.position > 1 and self.size > 1

    def text(self) -> str:
        """The query, bounds widened to whole seconds, inactive objects included."""
        return (
            f"SELECT * FROM {self.entity}{self._where()} ORDERBY MetaData.LastUpdatedTime ASC "  # noqa: S608  Intuit's query language; only declared names and instants
            f"STARTPOSITION {self.position} MAXRESULTS {self.size}"
        )

    def count_text(self) -> str:
        """The query that counts what `text` would page."""
        return f"SELECT count(*) FROM {self.entity}{self._where()}"  # noqa: S608  as above

    def _where(self) -> str:
        conditions = ["Active IN (true, false)"] if self.entity in WITH_INACTIVE else []
        if self.after:
            conditions.append(f"MetaData.LastUpdatedTime >= '{_floor(self.after)}'")
        if self.before:
            conditions.append(f"MetaData.LastUpdatedTime < '{_ceiling(self.before)}'")
        return f" WHERE {' AND '.join(conditions)}" if conditions else ""

    def following(self, rows: list[dict[str, Any]]) -> "Statement | None":
        """The statement of the next page, None after the last.

        It goes on at the last row's change time, not at a position: a row that is edited while the
        pages are walked leaves its place, everything behind it moves up, and a position would skip
        one. Rows of that instant come again. Only inside one instant positions are counted,
        and the last row comes again as the first of the next page.

        Raises:
            ContractBroken: If the rows are not in the order that was asked for.
        """
        if len(rows) < self.size:
            return None
        times = [change_time(row, self.entity) for row in rows]
        if times != sorted(times):
            raise ContractBroken(
                f"`{self.entity}` came out of order. Expected rows by LastUpdatedTime. Nothing can "
                "be paged safely; report it to the vendor."
            )
        # Bounds are whole seconds.
        last = times[-1].replace(microsecond=0)
        if self.after is None or last > self.after:
            return replace(self, after=last, position=1)
        # One row again: where another stands in its place, rows have moved up meanwhile.
        return replace(self, position=self.position + max(len(rows) - 1, 1))


def build_statement(entity: str, window: Window) -> Statement:
    return Statement(entity, window.start, window.end, size=PAGE)


def change_time(row: dict[str, Any], entity: str) -> datetime:
    """LastUpdatedTime in UTC; texts with different offsets do not compare.

    Raises:
        ContractBroken: If there is none.
    """
    found = (row.get("MetaData") or {}).get("LastUpdatedTime")
    try:
        return parse_instant(str(found))
    except ValueError:
        raise ContractBroken(
            f"a row of `{entity}` has no readable MetaData.LastUpdatedTime. Expected an instant. "
            "Check the minor version."
        ) from None


def fetch_rows(body: Any, statement: Statement) -> list[dict[str, Any]] | None:
    """Rows of an answer; None when it answers another statement, such as the page before.

    An empty result is `"QueryResponse": {}`.

    Raises:
        ContractBroken: If it is no answer to a query.
    """
    found = body.get("QueryResponse") if isinstance(body, dict) else None
    if isinstance(found, dict):
        rows = found.get(statement.entity)
        if rows is None and not found:
            return []
        start = found.get("startPosition", statement.position)
        if isinstance(rows, list) and found.get("maxResults", len(rows)) == len(rows):
            return rows if start == statement.position else None
    keys = ", ".join(sorted(found or {})[:8]) if isinstance(found, dict) else "no QueryResponse"
    raise ContractBroken(
        f"the answer has no whole list `{statement.entity}`, it has: {keys or 'nothing'}. Expected "
        "as many rows as it names. Check the connection's host and the minor version."
    )


def read_count(body: Any) -> int | None:
    """The number of an answer to `count_text`; None where it has none."""
    found = body.get("QueryResponse") if isinstance(body, dict) else None
    counted = found.get("totalCount") if isinstance(found, dict) else None
    return counted if isinstance(counted, int) else None


def _floor(instant: datetime) -> str:
    return instant.astimezone(UTC).replace(microsecond=0).isoformat()


def _ceiling(instant: datetime) -> str:
    return _floor(instant + timedelta(seconds=1) if instant.microsecond else instant)
