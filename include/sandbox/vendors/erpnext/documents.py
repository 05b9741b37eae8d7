"""What every ERPNext document has, and the site's way of writing moments and money.

Source: Frappe REST API documentation (2026-05-10) and field names of ERPNext 15.90.0.
"""

import hashlib
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

Json = dict[str, Any]
ZONE = ZoneInfo("America/New_York")
COMPANY = "Corner Store Inc"
ABBR = "CS"
WAREHOUSES = {1: f"Stores - {ABBR}", 2: f"Market Stall - {ABBR}", 3: f"Station Kiosk - {ABBR}"}
WALK_IN = "Walk-in Customer"
DRAFT, SUBMITTED, CANCELLED = 0, 1, 2


def wall(at: datetime) -> str:
    """The site's wall clock, without an offset, as Frappe stores it."""
    return at.astimezone(ZONE).strftime("%Y-%m-%d %H:%M:%S.%f")


def day(at: datetime) -> str:
    return at.astimezone(ZONE).strftime("%Y-%m-%d")


def clock_time(at: datetime) -> str:
    return at.astimezone(ZONE).strftime("%H:%M:%S.%f")


def amount(cents: int) -> float:
    """Money leaves the site as a JSON float in major units."""
    return cents / 100


def row_name(*scope: object) -> str:
    """Ten hex digits, as hash-named rows have."""
    return hashlib.sha256("/".join(map(str, scope)).encode()).hexdigest()[:10]


def build_document(
    name: str, created: datetime, modified: datetime, docstatus: int = 0, **fields: Any
) -> Json:
    """What every Frappe document carries, and the fields of this one."""
    return {
        "name": name,
        "owner": "clerk@corner.example",
        "creation": wall(created),
        "modified": wall(modified),
        "modified_by": "clerk@corner.example",
        "docstatus": docstatus,
        "idx": 0,
        **fields,
        "_user_tags": None,
        "_comments": None,
        "_assign": None,
        "_liked_by": None,
    }


def build_child(parent: Json, doctype: str, field: str, position: int, **fields: Any) -> Json:
    """A child row; its moments are those of the parent's last save."""
    return {
        "name": row_name(doctype, parent["name"], field, position),
        "owner": parent["owner"],
        "creation": parent["creation"],
        "modified": parent["modified"],
        "modified_by": parent["modified_by"],
        "docstatus": parent["docstatus"],
        "idx": position + 1,
        "parent": parent["name"],
        "parentfield": field,
        "parenttype": doctype,
        **fields,
    }
