"""Stripe's parameters: paging, created ranges, equality filters, expansion, and its error bodies.

Source: docs.stripe.com/api/pagination and /expanding_objects, read 2026-11.
"""

import re
from typing import Any

from include.sandbox.vendors.stripe.ledger import StripeAccount
from include.sandbox.vendors.stripe.shapes import Json, build_list

PAGING = {"limit", "starting_after", "ending_before", "expand", "created"}
FILTERS: dict[str, set[str]] = {
    "charges": {"customer", "payment_intent", "transfer_group"},
    "refunds": {"charge", "payment_intent"},
    "balance_transactions": {"currency", "payout", "source", "type"},
    "payouts": {"arrival_date", "destination", "status"},
    "customers": {"email", "test_clock"},
    "invoices": {
        "collection_method",
        "customer",
        "customer_account",
        "due_date",
        "status",
        "subscription",
    },
    "payment_intents": {"customer", "customer_account"},
    "disputes": {"charge", "payment_intent"},
    "subscriptions": {"collection_method", "customer", "price", "status", "test_clock"},
    "products": {"active", "ids", "shippable", "type", "url"},
    "prices": {"active", "currency", "lookup_keys", "product", "type"},
    "events": {"delivery_success", "type", "types"},
    "invoice_payments": {"invoice", "payment", "status"},
    "coupons": set(),
    "checkout/sessions": {"customer", "payment_intent", "payment_link", "status", "subscription"},
    "credit_notes": {"customer", "customer_account", "invoice"},
    "payment_methods": {"allow_redisplay", "customer", "customer_account", "type"},
    "transfers": {"destination", "transfer_group"},
}
EXPANDABLE: dict[str, set[str]] = {
    "charge": {
        "application",
        "application_fee",
        "balance_transaction",
        "customer",
        "on_behalf_of",
        "payment_intent",
        "refunds",
        "review",
        "source_transfer",
        "transfer",
    },
    "refund": {
        "balance_transaction",
        "charge",
        "payment_intent",
        "failure_balance_transaction",
        "source_transfer_reversal",
        "transfer_reversal",
    },
    "balance_transaction": {"source"},
    "payout": {
        "balance_transaction",
        "destination",
        "failure_balance_transaction",
        "original_payout",
        "reversed_by",
    },
    "customer": {"default_source", "test_clock", "sources", "subscriptions", "tax"},
    "invoice": {"customer", "default_payment_method", "default_source", "discounts", "payments"},
    "payment_intent": {"customer", "latest_charge", "on_behalf_of", "payment_method", "review"},
    "dispute": {"charge", "payment_intent"},
    "subscription": {"customer", "default_payment_method", "latest_invoice", "schedule"},
    "product": {"default_price", "tax_code"},
    "price": {"product", "currency_options", "tiers"},
    "payment_method": {"customer"},
    "transfer": {"balance_transaction", "destination", "destination_payment", "source_transaction"},
}
RANGE_KEY = re.compile(r"^(created|arrival_date|due_date)\[(gt|gte|lt|lte)\]$")


class StripeError(Exception):
    """An answer with an error body.

    Attributes:
        status: HTTP status.
        body: The JSON body.
    """

    def __init__(
        self,
        status: int,
        message: str,
        code: str | None = None,
        param: str | None = None,
        kind: str = "invalid_request_error",
    ) -> None:
        super().__init__(message)
        error: Json = {"message": message, "type": kind}
        if code:
            error |= {
                "code": code,
                "doc_url": f"https://stripe.com/docs/error-codes/{code.replace('_', '-')}",
            }
        if param:
            error["param"] = param
        self.status, self.body = status, {"error": error}


def find_object(resource: str) -> str:
    """What Stripe calls the objects of a list: `checkout/sessions` holds `checkout.session`s."""
    return resource.removesuffix("s").replace("/", ".")


def missing(noun: str, object_id: str, param: str, status: int) -> StripeError:
    return StripeError(status, f"No such {noun}: '{object_id}'", "resource_missing", param)


def _integer(name: str, text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise StripeError(
            400, f"Invalid integer: {text}", "parameter_invalid_integer", name
        ) from None


def read_limit(params: dict[str, list[str]]) -> int:
    """Rows a page, 10 unless told; over 100 or under 1 is refused."""
    limit = _integer("limit", params["limit"][0]) if "limit" in params else 10
    if limit > 100:
        raise StripeError(
            400,
            "This value must be less than or equal to 100 (it currently is '" + str(limit) + "').",
            "parameter_invalid_integer",
            "limit",
        )
    if limit < 1:
        raise StripeError(
            400,
            "This value must be greater than or equal to 1.",
            "parameter_invalid_integer",
            "limit",
        )
    return limit


def group_params(pairs: list[tuple[str, str]]) -> dict[str, list[str]]:
    """Query pairs by name; `expand[]`, `expand[0]` and `types[]` become plain lists."""
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        plain = re.sub(r"^(expand|types|ids|lookup_keys)\[\d*\]$", r"\1", name)
        found.setdefault(plain, []).append(value)
    return found


def check_params(params: dict[str, list[str]], allowed: set[str]) -> None:
    """Refuse parameters the list does not know, as Stripe does."""
    for name in params:
        base = RANGE_KEY.sub(r"\1", name)
        if base not in allowed:
            raise StripeError(400, f"Received unknown parameter: {name}", "parameter_unknown", name)


def _matches_range(row: Json, name: str, operator: str, bound: int) -> bool:
    value = row.get(name)
    if value is None:
        return False
    return bool(
        {
            "gt": value > bound,
            "gte": value >= bound,
            "lt": value < bound,
            "lte": value <= bound,
            "eq": value == bound,
        }[operator]
    )


def _matches(account: StripeAccount, row: Json, name: str, wanted: list[str]) -> bool:
    if name in ("ids", "types"):
        return row["id" if name == "ids" else "type"] in wanted
    value = wanted[0]
    if name == "payout":
        return account.payout_of.get(row["id"]) == value
    if name == "type" and value.endswith(".*"):
        return bool(row["type"].startswith(value[:-1]))
    if name == "subscription":
        return (
            bool(row["parent"]) and row["parent"]["subscription_details"]["subscription"] == value
        )
    if name == "price":
        return any(item["price"]["id"] == value for item in row["items"]["data"])
    if name == "delivery_success":
        return value == "true"
    if name == "email":
        return bool(row["email"] == value)
    found = row.get(name)
    return bool(found == value) if not isinstance(found, bool) else str(found).lower() == value


def select(account: StripeAccount, resource: str, params: dict[str, list[str]]) -> list[Json]:
    """Rows of the resource that pass every filter, newest first."""
    rows = account.tables[resource]
    if resource == "subscriptions" and params.get("status", [""])[0] in ("", "all"):
        rows = [row for row in rows if params.get("status") or row["status"] != "canceled"]
        params = {name: value for name, value in params.items() if name != "status"}
    for name, wanted in params.items():
        if name in ("limit", "starting_after", "ending_before", "expand"):
            continue
        key = RANGE_KEY.match(name)
        if key or name in ("created", "arrival_date", "due_date"):
            field, operator = (key[1], key[2]) if key else (name, "eq")
            bound = _integer(name, wanted[0])
            rows = [row for row in rows if _matches_range(row, field, operator, bound)]
        else:
            rows = [row for row in rows if _matches(account, row, name, wanted)]
    return rows


def build_page(rows: list[Json], params: dict[str, list[str]], url: str, noun: str) -> Json:
    """One page after `starting_after` or before `ending_before`, and whether there is more."""
    limit = read_limit(params)
    after, before = params.get("starting_after"), params.get("ending_before")
    if after and before:
        raise StripeError(
            400,
            "You may only specify one of these parameters: starting_after, ending_before.",
            "parameter_invalid",
            "ending_before",
        )
    anchor = after or before
    start, stop = 0, len(rows)
    if anchor:
        places = {row["id"]: place for place, row in enumerate(rows)}
        if anchor[0] not in places:
            raise missing(noun, anchor[0], "starting_after" if after else "ending_before", 400)
        start, stop = (places[anchor[0]] + 1, stop) if after else (0, places[anchor[0]])
    if before:
        page, more = rows[max(stop - limit, 0) : stop], stop > limit
    else:
        page, more = rows[start : start + limit], stop - start > limit
    return {"object": "list", "data": page, "has_more": more, "url": url}


def expand(account: StripeAccount, body: Json, paths: list[str], is_list: bool) -> Json:
    """Replace ids by objects along each path; depth at most four; unknown paths are refused."""
    for path in paths:
        parts = path.split(".")
        if len(parts) > 4:
            raise StripeError(
                400,
                f"You cannot expand more than 4 levels of a property. Property: {path}",
                param="expand",
            )
        if is_list and parts[0] != "data":
            raise StripeError(
                400,
                f"This property cannot be expanded ({path}). "
                f"You may want to try expanding 'data.{path}' instead.",
                param="expand",
            )
        if is_list:
            body = body | {
                "data": [_expand_row(account, row, parts[1:], path) for row in body["data"]]
            }
        else:
            body = _expand_row(account, body, parts, path)
    return body


def _expand_row(account: StripeAccount, row: Json, parts: list[str], path: str) -> Json:
    if not parts:
        return row
    name = parts[0]
    if name not in EXPANDABLE.get(str(row.get("object")), set()):
        raise StripeError(400, f"This property cannot be expanded ({path}).", param="expand")
    if name == "refunds":
        return row | {
            "refunds": build_list(account.refunds_of(row["id"]), f"/v1/charges/{row['id']}/refunds")
        }
    value: Any = row.get(name)
    if isinstance(value, str):
        value = account.by_id.get(value, value)
    if isinstance(value, dict) and len(parts) > 1:
        value = _expand_row(account, value, parts[1:], path)
    return row | {name: value} if name in row else row
