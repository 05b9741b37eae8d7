"""SQLite rows as dicts: its columns hold any type, so each value is judged by itself, later."""

from datetime import UTC
from typing import Any
from zoneinfo import ZoneInfo

from include.core.clock import format_instant, parse_moment
from include.core.streams import Window
from include.extract.sql.columns import Form
from include.extract.sql.streams import SqlStream
from include.extract.windows import keep_inside

FLAGS: dict[Any, bool] = {0: False, 1: True}


def build_loose_records(
    stream: SqlStream, rows: list[tuple[Any, ...]], window: Window, zone: ZoneInfo
) -> list[dict[str, Any]]:
    """Records of the window; rows outside it were only let through by generous bounds."""
    names = [column.name for column in stream.columns]
    records = [dict(zip(names, row, strict=True)) for row in rows]
    for column in stream.columns:
        if column.form is Form.WALL and stream.stream.columns[column.name].format is None:
            _set_instants(records, column.name, zone)
        elif column.type == "bool":
            # SQLite knows no bool; other numbers stay what they are and are judged later.
            for record in records:
                record[column.name] = FLAGS.get(record[column.name], record[column.name])
    return keep_inside(records, stream.stream, window)[0]


def _set_instants(records: list[dict[str, Any]], name: str, zone: ZoneInfo) -> None:
    """Texts without an offset become UTC; what is no time stays for the loader to judge."""
    for record in records:
        text = record[name]
        if not isinstance(text, str) or not text:
            continue
        try:
            moment = parse_moment(text)
        except ValueError:
            continue
        wall = moment if moment.tzinfo else moment.replace(tzinfo=zone, fold=0)
        record[name] = format_instant(wall.astimezone(UTC))
