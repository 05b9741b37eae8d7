"""Rows as the two APIs write them: JSON with `attributes`, and CSV in which all is text."""

import csv
import io
from datetime import UTC, date, datetime
from typing import Any

from include.sandbox.vendors.salesforce.schema import FIELDS


def build_record(
    name: str, row: dict[str, Any], fields: tuple[str, ...], version: str
) -> dict[str, Any]:
    """One record of a query's answer."""
    url = f"/services/data/{version}/sobjects/{name}/{row['Id']}"
    values = {field: _json(row[field]) for field in fields}
    return {"attributes": {"type": name, "url": url}, **values}


def build_csv(name: str, rows: list[dict[str, Any]], fields: tuple[str, ...]) -> str:
    """A bulk result page: header always, every value quoted, LF."""
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(fields)
    for row in rows:
        writer.writerow([_text(row[field], FIELDS[name][field]) for field in fields])
    return text.getvalue()


def _json(value: Any) -> Any:
    if isinstance(value, datetime):
        return _milliseconds(value) + "+0000"
    return value.isoformat() if isinstance(value, date) else value


def _text(value: Any, kind: str) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return _milliseconds(value) + "Z"
    if isinstance(value, date):
        return value.isoformat()
    return str(float(value)) if kind in ("currency", "percent", "double") else str(value)


def _milliseconds(value: datetime) -> str:
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000")
