"""Pieces that many entities share."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo


def entity(key: str, created: datetime, updated: datetime, zone: ZoneInfo) -> dict[str, Any]:
    """The envelope of every entity; times carry the company's offset of that day."""
    return {
        "Id": key,
        "SyncToken": "0" if updated == created else "1",
        "domain": "QBO",
        "sparse": False,
        "MetaData": {
            "CreateTime": local(created, zone),
            "LastUpdatedTime": local(max(created, updated), zone),
        },
    }


def local(instant: datetime, zone: ZoneInfo) -> str:
    """Whole seconds with offset: `2026-11-03T10:55:29-07:00`."""
    return instant.astimezone(zone).replace(microsecond=0).isoformat()


def reference(value: str, name: str | None = None) -> dict[str, str]:
    return {"value": value} | ({"name": name} if name else {})


def money(cents: int) -> int | float:
    """A JSON number of major units, whole ones without a fraction."""
    return cents // 100 if cents % 100 == 0 else cents / 100
