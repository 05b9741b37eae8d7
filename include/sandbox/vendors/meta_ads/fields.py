"""Fields the Graph API knows, and how `fields=a,b{c}` selects from an object.

An unknown field refuses the request, as at Meta.
"""

import re
from typing import Any


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


OBJECTS = {
    "campaigns": _names(
        "account_id bid_strategy budget_remaining buying_type configured_status created_time"
        " daily_budget effective_status id lifetime_budget name objective special_ad_categories"
        " spend_cap start_time status stop_time updated_time"
    ),
    "adsets": _names(
        "account_id attribution_spec bid_amount bid_strategy billing_event campaign_id"
        " configured_status created_time daily_budget effective_status end_time id"
        " lifetime_budget name optimization_goal start_time status targeting updated_time"
    ),
    "ads": _names(
        "account_id adset_id campaign_id configured_status created_time creative"
        " effective_status id name status updated_time"
    ),
    "account": _names(
        "account_id account_status amount_spent currency id name timezone_name"
        " timezone_offset_hours_utc"
    ),
    "insights": _names(
        "account_currency account_id account_name action_values actions ad_id ad_name adset_id"
        " adset_name campaign_id campaign_name clicks cpc cpm ctr date_start date_stop frequency"
        " impressions inline_link_clicks objective reach spend"
    ),
    "report": _names(
        "account_id async_percent_completion async_status date_start date_stop error_code"
        " error_message id is_running time_ref"
    ),
}
_FIELD = re.compile(r"\s*(\w+)(?:\{([^}]*)\})?\s*(?:,|$)")


class GraphError(Exception):
    """An error body: code, subcode, message, HTTP status."""

    def __init__(self, code: int, message: str, *, subcode: int | None = None, status: int = 400):
        self.code, self.message, self.subcode, self.status = code, message, subcode, status
        super().__init__(message)


def parse_fields(text: str, kind: str) -> dict[str, tuple[str, ...]]:
    """field -> fields inside it.

    Raises:
        GraphError: Code 100 for a field there is not.
    """
    found = {}
    for name, inner in _FIELD.findall(text):
        if name not in OBJECTS[kind]:
            raise GraphError(100, f"(#100) Tried accessing nonexisting field ({name})")
        found[name] = tuple(part.strip() for part in inner.split(",") if part.strip())
    return found


def select(row: dict[str, Any], fields: dict[str, tuple[str, ...]]) -> dict[str, Any]:
    """Only the fields asked for that have a value; `id` always comes along."""
    found = {}
    for name, inner in fields.items():
        value = row.get(name)
        if value is None:
            continue
        if inner and isinstance(value, dict):
            value = {key: value[key] for key in ("id", *inner) if key in value}
        found[name] = value
    if "id" in row:
        found["id"] = row["id"]
    return found
