"""The SELECT of one read: columns, window, where to go on, order, size of a chunk."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from include.core.errors import PositionRefused
from include.core.streams import Window
from include.extract.sql.columns import Form, SqlColumn
from include.extract.sql.relation import Syntax
from include.extract.sql.streams import SqlStream
from include.extract.sql.wall_clock import build_wall_end, build_wall_start

# SQLite compares texts of any spelling; the exact cut is made in Python, this one only saves rows.
LOOSE_MARGIN = timedelta(days=2)
# `infinity`, `0000-00-00` and the year 20222 are inside no window that ever comes.
FIRST_BELIEVED = datetime(1900, 1, 1, tzinfo=UTC)
LAST_BELIEVED = datetime(2200, 1, 1, tzinfo=UTC)
_MOMENTS = {"mssql": {Form.WALL: "datetime2", Form.UTC: "datetimeoffset", Form.DAY: "date"}}


@dataclass(frozen=True, slots=True)
class Select:
    """A statement and its parameters."""

    text: str
    values: tuple[Any, ...]


def build_order(stream: SqlStream) -> tuple[SqlColumn, ...]:
    """What a read is ordered by so that it can go on behind its last row; empty: it cannot."""
    counter = (stream.counter,) if stream.counter else ()
    # Rows may share a number: the key decides among them, so that a page can end between them.
    key = tuple(column for column in stream.key if column is not stream.counter)
    return (*counter, *key) if all(column.is_ordered or column.loose for column in key) else counter


def can_chunk(stream: SqlStream, syntax: Syntax) -> bool:
    """True when every row's position is sure to be known, so that a read may stop anywhere."""
    order = build_order(stream)
    sure = all(column.type != "date" and not column.loose for column in order)
    return bool(order) and sure and syntax.dialect != "sqlite"


def build_select(
    stream: SqlStream,
    syntax: Syntax,
    zone: ZoneInfo,
    window: Window,
    *,
    position: tuple[Any, ...] | None = None,
    limit: int | None = None,
) -> Select:
    """The statement of one read, or of one chunk of it.

    Args:
        position: Values of the order's columns behind which to go on.
        limit: Rows at most; the rest is asked for behind the last one's position.
    """
    values: list[Any] = []
    listed = ", ".join(
        f"{syntax.escape(column.expression.format(_name(syntax, column)))} "
        f"as {syntax.escape(syntax.quote(column.name))}"
        for column in stream.columns
    )
    source = syntax.escape(syntax.build_source(stream.relation))
    conditions = [
        *_build_window(stream, syntax, zone, window, values),
        *_build_after(build_order(stream), syntax, position, values),
    ]
    where = f" where {' and '.join(conditions)}" if conditions else ""
    order = ", ".join(_name(syntax, column) for column in build_order(stream))
    ordered = f" order by {order}" if order else ""
    top = f"top ({limit}) " if limit and syntax.dialect == "mssql" else ""
    tail = f" limit {limit}" if limit and syntax.dialect != "mssql" else ""
    text = f"select {top}{listed} from {source} as t{where}{ordered}{tail}"  # noqa: S608
    return Select(text, tuple(values))


def _name(syntax: Syntax, column: SqlColumn) -> str:
    # With its table: `order by id` alone would mean the selected text, not the number behind it.
    return f"t.{syntax.quote(column.source)}"


def _build_window(
    stream: SqlStream, syntax: Syntax, zone: ZoneInfo, window: Window, values: list[Any]
) -> list[str]:
    """Rows of the window, and those that say no believable time: nobody would read them else."""
    column = stream.cursor
    if column is None or (window.start is None and window.end is None):
        return []
    name = syntax.escape(_name(syntax, column))
    if column.loose:
        return _build_loose_window(name, window, values)
    native = _MOMENTS.get(syntax.dialect, {}).get(column.form, column.native)
    if syntax.dialect == "mysql":
        native = ""
    parts = []
    for bound, is_end in ((window.start, False), (window.end, True)):
        if bound is not None:
            value, operator = _build_bound(column, bound, zone, is_end=is_end)
            parts.append(f"{name} {operator} {syntax.bind(value, native, values)}")
    ways = [f"({' and '.join(parts)})"]
    if column.nullable:
        ways.append(f"{name} is null")
    for limit, operator in ((FIRST_BELIEVED, "<"), (LAST_BELIEVED, ">=")):
        shown: Any = limit.date().isoformat() if column.type == "date" else _in_form(column, limit)
        ways.append(f"{name} {operator} {syntax.bind(shown, native, values)}")
    return [f"({' or '.join(ways)})"]


def _in_form(column: SqlColumn, instant: datetime) -> datetime:
    return instant if column.form not in (Form.WALL, Form.UTC) else instant.replace(tzinfo=None)


def _build_bound(
    column: SqlColumn, instant: datetime, zone: ZoneInfo, *, is_end: bool
) -> tuple[Any, str]:
    """The bound in the column's own terms; a date counts as its first moment."""
    if column.type == "date":
        wall = instant.astimezone(zone)
        if is_end and wall.time() != wall.min.time():
            return (wall.date() + timedelta(days=1)).isoformat(), "<"
        return wall.date().isoformat(), "<" if is_end else ">="
    if column.form is Form.WALL:
        build = build_wall_end if is_end else build_wall_start
        return build(instant, zone), "<" if is_end else ">="
    moment = instant.astimezone(UTC)
    return moment.replace(tzinfo=None) if column.form is Form.UTC else moment, (
        "<" if is_end else ">="
    )


def _build_loose_window(name: str, window: Window, values: list[Any]) -> list[str]:
    """Generous bounds on what SQLite takes for a time; numbers pass and are judged later."""
    seconds = f"cast(strftime('%s', {name}) as integer)"
    parts = []
    for bound, operator, margin in (
        (window.start, ">=", -LOOSE_MARGIN),
        (window.end, "<", LOOSE_MARGIN),
    ):
        if bound is not None:
            parts.append(f"{seconds} {operator} ?")
            values.append(int((bound + margin).timestamp()))
    is_text = f"typeof({name}) = 'text' and {seconds} is not null"
    return [f"(not ({is_text}) or ({' and '.join(parts)}))"]


def _build_after(
    order: tuple[SqlColumn, ...],
    syntax: Syntax,
    position: tuple[Any, ...] | None,
    values: list[Any],
) -> list[str]:
    """Rows behind a position, the first column counting most."""
    if position is None or not order:
        return []
    names = [syntax.escape(_name(syntax, column)) for column in order]
    natives = [_native_of(column, syntax) for column in order]
    if syntax.dialect in ("postgresql", "sqlite"):
        bound = [syntax.bind(v, n, values) for v, n in zip(position, natives, strict=True)]
        return [f"({', '.join(names)}) > ({', '.join(bound)})"]
    # Others do not use an index for a comparison of rows, or have none.
    steps = []
    for last in range(len(names)):
        parts = []
        for at in range(last + 1):
            place = syntax.bind(position[at], natives[at], values)
            parts.append(f"{names[at]} {'=' if at < last else '>'} {place}")
        steps.append(" and ".join(parts))
    return [f"({' or '.join(f'({step})' for step in steps)})"]


def _native_of(column: SqlColumn, syntax: Syntax) -> str:
    return column.native if syntax.dialect in ("postgresql", "mssql") else ""


def build_position(values: list[Any]) -> str:
    """The order's values of the last row of a page, as a page carries them."""
    return json.dumps([v if isinstance(v, int | str) else str(v) for v in values])


def parse_position(position: str | None, order: tuple[SqlColumn, ...]) -> tuple[Any, ...] | None:
    """The values of a position made by `build_position` for this order.

    Raises:
        PositionRefused: If it was made for another key.
    """
    if position is None:
        return None
    try:
        values = json.loads(position)
    except ValueError:
        values = None
    if not isinstance(values, list) or len(values) != len(order):
        names = ", ".join(column.name for column in order)
        raise PositionRefused(
            f"the position to go on at does not fit the key. Expected values of {names}. The "
            "stream is read from its start."
        )
    return tuple(values)
