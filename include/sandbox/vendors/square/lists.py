"""What each endpoint answers: a function of the seller, the request and now.

Source: Square OpenAPI 2025-08-20; defaults (one year, main location, page sizes) are its own.
"""

from datetime import timedelta
from typing import Any

from include.sandbox.vendors.square.money import Json
from include.sandbox.vendors.square.places import MAIN
from include.sandbox.vendors.square.search import (
    SquareError,
    build_page,
    check_names,
    check_range,
    inside,
    read_choice,
    read_limit,
    read_moment,
    read_order,
    sort_by,
)
from include.sandbox.vendors.square.seller import SquareSeller

LIST_NAMES = frozenset(
    {"begin_time", "end_time", "updated_at_begin_time", "updated_at_end_time", "sort_field"}
    | {"sort_order", "cursor", "location_id", "limit"}
)
PAYMENT_NAMES = LIST_NAMES | {"total", "last_4", "card_brand", "is_offline_payment"}
REFUND_NAMES = LIST_NAMES | {"status", "source_type"}
YEAR = timedelta(days=365)
TYPES = frozenset({"ITEM", "ITEM_VARIATION", "CATEGORY", "TAX", "DISCOUNT", "MODIFIER_LIST"})
TYPES = TYPES | {"MODIFIER", "IMAGE", "PRICING_RULE", "PRODUCT_SET", "TIME_PERIOD"}
# Variations are nested in items, so they come only when named.
USUAL_TYPES = frozenset({"ITEM", "CATEGORY"})


def list_payments(seller: SquareSeller, query: Json) -> Json:
    """Of one location, the main one unless named."""
    check_names(query, PAYMENT_NAMES, "UNKNOWN_QUERY_PARAMETER")
    place = query.get("location_id", MAIN)
    if place not in {row["id"] for row in seller.tables["locations"]}:
        raise SquareError(404, "NOT_FOUND", f"Location `{place}` not found.", "location_id")
    rows = [row for row in seller.tables["payments"] if row["location_id"] == place]
    return _list(seller, rows, "payments", query)


def list_refunds(seller: SquareSeller, query: Json) -> Json:
    """Of all locations unless one is named."""
    check_names(query, REFUND_NAMES, "UNKNOWN_QUERY_PARAMETER")
    rows = seller.tables["refunds"]
    if "location_id" in query:
        rows = [row for row in rows if row["location_id"] == query["location_id"]]
    if "status" in query:
        rows = [row for row in rows if row["status"] == query["status"]]
    return _list(seller, rows, "refunds", query)


def list_disputes(seller: SquareSeller, query: Json) -> Json:
    """All of them, in pages of 50; there is no window to ask for."""
    check_names(query, frozenset({"cursor", "states", "location_id"}), "UNKNOWN_QUERY_PARAMETER")
    rows = seller.tables["disputes"]
    if "location_id" in query:
        rows = [row for row in rows if row["location_id"] == query["location_id"]]
    if "states" in query:
        rows = [row for row in rows if row["state"] in query["states"].split(",")]
    return build_page(rows, "disputes", 50, query)


def list_payouts(seller: SquareSeller, query: Json) -> Json:
    """Of one location, the main one unless named; of a year unless `begin_time` is sent."""
    names = {"location_id", "status", "begin_time", "end_time", "sort_order", "cursor", "limit"}
    check_names(query, frozenset(names), "UNKNOWN_QUERY_PARAMETER")
    place = query.get("location_id", MAIN)
    begin = read_moment(query.get("begin_time"), "begin_time") or seller.now - YEAR
    end = read_moment(query.get("end_time"), "end_time")
    check_range(begin, end, "begin_time")
    newest_first = read_order(query.get("sort_order"), "DESC", "sort_order")
    rows = [
        row
        for row in seller.tables["payouts"]
        if row["location_id"] == place
        and inside(row, "created_at", begin, end)
        and query.get("status") in (None, row["status"])
    ]
    rows.sort(key=sort_by("created_at"), reverse=newest_first)
    limit = read_limit(query.get("limit"), 100, 100, ignores=True)
    return build_page(rows, "payouts", limit, query)


def list_payout_entries(seller: SquareSeller, query: Json) -> Json:
    """What one payout is made of."""
    names = frozenset({"id", "sort_order", "cursor", "limit"})
    check_names(query, names, "UNKNOWN_QUERY_PARAMETER")
    rows = [row for row in seller.tables["payout_entries"] if row["payout_id"] == query["id"]]
    if not rows:
        raise SquareError(404, "NOT_FOUND", f"Payout `{query['id']}` not found.")
    newest_first = read_order(query.get("sort_order"), "DESC", "sort_order")
    rows = sorted(rows, key=sort_by("effective_at"), reverse=newest_first)
    limit = read_limit(query.get("limit"), 100, 100, ignores=True)
    return build_page(rows, "payout_entries", limit, query)


def _list(seller: SquareSeller, rows: list[Json], key: str, query: Json) -> Json:
    """created_at and updated_at windows both apply; created_at begins a year ago by default."""
    begin = read_moment(query.get("begin_time"), "begin_time") or seller.now - YEAR
    end = read_moment(query.get("end_time"), "end_time")
    first = read_moment(query.get("updated_at_begin_time"), "updated_at_begin_time")
    last = read_moment(query.get("updated_at_end_time"), "updated_at_end_time")
    check_range(begin, end, "begin_time")
    check_range(first, last, "updated_at_begin_time")
    fields = ("CREATED_AT", "UPDATED_AT", "OFFLINE_CREATED_AT")
    field = read_choice(query.get("sort_field"), "CREATED_AT", fields, "sort_field")
    newest_first = read_order(query.get("sort_order"), "DESC", "sort_order")
    limit = read_limit(query.get("limit"), 100, 100, ignores=True)
    found = [
        row
        for row in rows
        if inside(row, "created_at", begin, end) and inside(row, "updated_at", first, last)
    ]
    found.sort(key=sort_by(field.lower()), reverse=newest_first)
    return build_page(found, key, limit, query)


ORDER_BODY = frozenset({"location_ids", "cursor", "query", "limit", "return_entries"})


def search_orders(seller: SquareSeller, body: Json) -> Json:
    """`SearchOrders`: by place, time and state, newest change first unless told otherwise."""
    check_names(body, ORDER_BODY, "UNKNOWN_BODY_PARAMETER")
    places = body.get("location_ids")
    if not isinstance(places, list) or not places:
        detail = "At least one location_id is required."
        raise SquareError(400, "MISSING_REQUIRED_PARAMETER", detail, "location_ids")
    if len(places) > 10:
        raise SquareError(400, "VALUE_TOO_LONG", "At most 10 location_ids.", "location_ids")
    query = body.get("query") or {}
    sort = query.get("sort") or {}
    fields = ("CREATED_AT", "UPDATED_AT", "CLOSED_AT")
    field = read_choice(sort.get("sort_field"), "CREATED_AT", fields, "query.sort.sort_field")
    newest_first = read_order(sort.get("sort_order"), "DESC", "query.sort.sort_order")
    rows = [row for row in seller.tables["orders"] if row["location_id"] in places]
    rows = _filter_orders(rows, query.get("filter") or {}, field)
    rows = [row for row in rows if field.lower() in row]
    rows.sort(key=sort_by(field.lower()), reverse=newest_first)
    page = build_page(rows, "orders", read_limit(body.get("limit"), 1000, 500), body)
    if body.get("return_entries") and "orders" in page:
        kept = ("id", "version", "location_id")
        entries = [{("order_id" if n == "id" else n): row[n] for n in kept if n in row}
                   for row in page.pop("orders")]  # fmt: skip
        page["order_entries"] = entries
    return page


def _filter_orders(rows: list[Json], given: Json, sorted_by: str) -> list[Json]:
    known = frozenset(
        {"state_filter", "date_time_filter", "fulfillment_filter", "source_filter"}
        | {"customer_filter"}
    )
    check_names(given, known, "UNKNOWN_BODY_PARAMETER")
    times = given.get("date_time_filter") or {}
    for name, bounds in times.items():
        if name.upper() != sorted_by:
            detail = f"sort_field must be {name.upper()} to filter on it."
            raise SquareError(400, "BAD_REQUEST", detail, "query.sort.sort_field")
        start, end = (
            read_moment(bounds.get("start_at"), name),
            read_moment(bounds.get("end_at"), name),
        )
        check_range(start, end, f"query.filter.date_time_filter.{name}")
        rows = [row for row in rows if name in row and inside(row, name, start, end)]
    states = (given.get("state_filter") or {}).get("states")
    customers = (given.get("customer_filter") or {}).get("customer_ids")
    if states:
        rows = [row for row in rows if row["state"] in states]
    if customers:
        rows = [row for row in rows if row.get("customer_id") in customers]
    return rows


def search_customers(seller: SquareSeller, body: Json) -> Json:
    """`SearchCustomers`: by time of creation or change."""
    check_names(body, frozenset({"cursor", "limit", "query", "count"}), "UNKNOWN_BODY_PARAMETER")
    query = body.get("query") or {}
    sort = query.get("sort") or {}
    field = read_choice(sort.get("field"), "DEFAULT", ("DEFAULT", "CREATED_AT"), "query.sort.field")
    reverse = read_order(sort.get("order"), "ASC", "query.sort.order")
    rows = list(seller.tables["customers"])
    for name in ("created_at", "updated_at"):
        bounds = (query.get("filter") or {}).get(name) or {}
        start, end = (
            read_moment(bounds.get("start_at"), name),
            read_moment(bounds.get("end_at"), name),
        )
        check_range(start, end, f"query.filter.{name}")
        # The end is exclusive here.
        rows = [
            r for r in rows if inside(r, name, start, end) and read_moment(r[name], name) != end
        ]
    if field == "CREATED_AT":
        rows.sort(key=sort_by("created_at"), reverse=reverse)
    else:
        rows.sort(
            key=lambda r: (r.get("given_name", ""), r.get("family_name", ""), r["id"]),
            reverse=reverse,
        )
    limit = read_limit(body.get("limit"), 100, 100)
    page = build_page(rows, "customers", limit, body, ragged=True)
    return page | {"count": len(rows)} if body.get("count") else page


CATALOG_BODY = frozenset(
    {"cursor", "object_types", "include_deleted_objects", "include_related_objects", "begin_time"}
    | {"query", "limit", "include_category_path_to_root"}
)


def search_catalog(seller: SquareSeller, body: Json) -> Json:
    """`begin_time` is exclusive; deleted objects come only when asked for."""
    check_names(body, CATALOG_BODY, "UNKNOWN_BODY_PARAMETER")
    types = body.get("object_types") or sorted(USUAL_TYPES)
    for kind in types:
        read_choice(kind, "ITEM", tuple(sorted(TYPES)), "object_types")
    if body.get("include_deleted_objects") and body.get("include_category_path_to_root"):
        detail = "include_deleted_objects and include_category_path_to_root exclude each other."
        raise SquareError(400, "CONFLICTING_PARAMETERS", detail)
    begin = read_moment(body.get("begin_time"), "begin_time")
    rows = [
        row
        for row in seller.tables["catalog"]
        if row["type"] in types
        and (body.get("include_deleted_objects") or not row["is_deleted"])
        and (begin is None or inside(row, "updated_at", begin, None))
        and (begin is None or read_moment(row["updated_at"], "") != begin)
    ]
    rows.sort(key=lambda row: (row["version"], row["id"]))
    limit = read_limit(body.get("limit"), 1000, 100, ignores=True)
    page = build_page(rows, "objects", limit, body, ragged=True)
    latest = max((row["updated_at"] for row in seller.tables["catalog"]), default=None)
    return page | ({"latest_time": latest} if latest else {})


COUNT_BODY = frozenset(
    {"catalog_object_ids", "location_ids", "updated_after", "cursor", "states", "limit"}
)


def retrieve_counts(seller: SquareSeller, body: Json) -> Json:
    """Newest calculation first; `updated_after` is exclusive."""
    check_names(body, COUNT_BODY, "UNKNOWN_BODY_PARAMETER")
    after = read_moment(body.get("updated_after"), "updated_after")
    wanted: dict[str, Any] = {
        "catalog_object_id": body.get("catalog_object_ids"),
        "location_id": body.get("location_ids"),
        "state": body.get("states"),
    }
    rows = [
        row
        for row in seller.tables["counts"]
        if all(not values or row[name] in values for name, values in wanted.items())
        and (after is None or inside(row, "calculated_at", after, None))
        and (after is None or read_moment(row["calculated_at"], "") != after)
    ]
    rows.sort(key=lambda r: (r["catalog_object_id"], r["location_id"], r["state"]))
    rows.sort(key=lambda r: r["calculated_at"], reverse=True)
    return build_page(rows, "counts", read_limit(body.get("limit"), 1000, 100), body)
