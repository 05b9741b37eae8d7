"""GraphQL documents built from the declared columns, so connector.yaml is the only list.

`totalPriceSet.shopMoney.amount` becomes `totalPriceSet { shopMoney { amount } }`.
Schema: Admin API 2026-07, read 2026-11; tests validate every document against it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, timedelta
from decimal import Decimal
from typing import Any, Literal

from include.config.connector_spec import Column, Stream
from include.core.streams import Window

# Children that are connections (paged); the others are plain lists. Value: type in the global id.
CONNECTIONS = {
    "lineItems": "LineItem",
    "shippingLines": "ShippingLine",
    "inventoryLevels": "InventoryLevel",
    "products": "Product",
}
# Connections an order may be without: what is sold by hand or at a till is not shipped.
OPTIONAL = frozenset({"shippingLines"})
# Connections of a refund, which stands in a list: bulk operations refuse that, so they are asked
# for by the refund's id (refunds.py).
OF_REFUNDS = ("refundLineItems", "refundShippingLines", "orderAdjustments", "transactions")
LATER = (*OF_REFUNDS, "duties")
# Most orders have fewer lines; the rest is asked for per order. Small, as it multiplies the cost.
NESTED_PAGE = 10


@dataclass(frozen=True)
class Root:
    """What a root field can do.

    Attributes:
        node: Type in the global id, and the field that reads one record by id.
        sort_key: Order by the window's time where it exists; without it only a whole window may be
            closed.
        arguments: Fixed arguments, written into the query.
        page_size: First try; halved when the query costs too much.
        time: Search field the window is asked by.
        search: Fixed search terms.
        inner: Fields that only the type `node` has, where the connection's is an interface.
        bulk: `windows` when a long window may be a bulk operation, `full` when every read is one.
    """

    node: str
    sort_key: str | None = None
    arguments: str = ""
    page_size: int = 100
    time: str = "updated_at"
    search: str = ""
    inner: frozenset[str] = frozenset()
    bulk: Literal["windows", "full", "never"] = "windows"


ROOTS: Mapping[str, Root] = {
    "orders": Root("Order", "UPDATED_AT", page_size=20),
    "customers": Root("Customer", "UPDATED_AT"),
    "products": Root("Product", "UPDATED_AT"),
    "productVariants": Root("ProductVariant"),
    "abandonedCheckouts": Root("AbandonedCheckout"),
    "inventoryItems": Root("InventoryItem", page_size=50, bulk="full"),
    "collections": Root("Collection", "UPDATED_AT", page_size=20, bulk="full"),
    "locations": Root(
        "Location", arguments="includeInactive: true, includeLegacy: true", bulk="never"
    ),
    "events": Root(
        "BasicEvent",
        "CREATED_AT",
        time="created_at",
        search="action:destroy AND subject_type:PRODUCT",
        inner=frozenset({"subjectId", "subjectType"}),
        bulk="never",
    ),
}

BULK_RUN = """mutation RunBulk($query: String!) {
  bulkOperationRunQuery(query: $query, groupObjects: false) {
    bulkOperation { id status } userErrors { code field message }
  }
}"""
BULK_POLL = """query PollBulk($id: ID!) {
  bulkOperation(id: $id) {
    id status errorCode objectCount rootObjectCount url partialDataUrl
  }
}"""
COUNTS = {
    "orders": """query Count($filter: String) {
  ordersCount(query: $filter, limit: null) { count }
}"""
}
SHOP = "query Shop { shop { name } }"


def build_page_query(stream: Stream) -> str:
    """Document with variables first, after, filter and nested (page size of connections inside)."""
    field = stream.path or ""
    root = ROOTS[field]
    sort = f", sortKey: {root.sort_key}" if root.sort_key else ""
    fixed = f", {root.arguments}" if root.arguments else ""
    nested = "$nested: Int!, " if _has_connection(stream) else ""
    search = "$filter: String, " if stream.cursor else ""
    by = ", query: $filter" if stream.cursor else ""
    body = _selection(stream, bulk=False)
    return (
        f"query Page({nested}{search}$first: Int!, $after: String) {{ "
        f"{field}(first: $first, after: $after{by}{sort}{fixed}) {{ "
        f"pageInfo {{ hasNextPage endCursor }} nodes {{ {body} }} }} }}"
    )


def build_nested_query(stream: Stream, child: str) -> str:
    """Document that reads further pages of one record's connection."""
    node = ROOTS[stream.path or ""].node
    one = node[0].lower() + node[1:]
    fields = _fields(column.path or name for name, column in _child(stream, child).items())
    return (
        f"query Nested($id: ID!, $first: Int!, $after: String) {{ {one}(id: $id) {{ "
        f"{child}(first: $first, after: $after) {{ "
        f"pageInfo {{ hasNextPage endCursor }} nodes {{ {fields} }} }} }} }}"
    )


def build_bulk_query(stream: Stream, window: Window) -> str:
    """The document a bulk operation runs: edges and nodes, no variables, no page sizes."""
    field = stream.path or ""
    root = ROOTS[field]
    found = build_filter(window, root) if stream.cursor else None
    arguments = [f'query: "{found}"'] if found else []
    arguments += [f"sortKey: {root.sort_key}"] if root.sort_key else []
    arguments += [root.arguments] if root.arguments else []
    by = f"({', '.join(arguments)})" if arguments else ""
    body = _selection(stream, bulk=True)
    return f"{{ {field}{by} {{ edges {{ node {{ {body} }} }} }} }}"


def build_refunds_query(stream: Stream) -> str:
    """Document that reads what the named refunds gave back, line by line."""
    paths = (column.path or name for name, column in _child(stream, "refundLineItems").items())
    fields = {
        "refundLineItems": _fields(path for path in paths if not path.startswith("refund.")),
        "refundShippingLines": _money("subtotalAmountSet", "taxAmountSet"),
        "orderAdjustments": _money("amountSet", "taxAmountSet"),
        "transactions": f"kind status gateway {_money('amountSet')}",
    }
    parts = " ".join(
        f"{name}(first: $first) {{ pageInfo {{ hasNextPage endCursor }} nodes {{ {found} }} }}"
        for name, found in fields.items()
    )
    return (
        "query Refunds($ids: [ID!]!, $first: Int!) { nodes(ids: $ids) { ... on Refund { "
        f"id {parts} duties {{ {_money('amountSet')} }} }} }} }}"
    )


def build_refund_lines_query(stream: Stream) -> str:
    """Document that reads further lines of one refund; its other lists are never that long."""
    paths = (column.path or name for name, column in _child(stream, "refundLineItems").items())
    fields = _fields(path for path in paths if not path.startswith("refund."))
    return (
        "query RefundLines($id: ID!, $first: Int!, $after: String) { refund(id: $id) { "
        "refundLineItems(first: $first, after: $after) { "
        f"pageInfo {{ hasNextPage endCursor }} nodes {{ {fields} }} }} }} }}"
    )


def _money(*names: str) -> str:
    return " ".join(f"{name} {{ shopMoney {{ amount }} }}" for name in names)


def build_filter(window: Window, root: Root) -> str | None:
    """Search text for a window, rounded outwards to seconds; None when it is unbounded.

    The quotes matter: without them the time is dropped and the whole day matches.
    """
    parts = [root.search] if root.search else []
    if window.start:
        parts.append(f"{root.time}:>='{window.start.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}'")
    if window.end:
        end = window.end.astimezone(UTC)
        end += timedelta(seconds=1) if end.microsecond else timedelta()
        parts.append(f"{root.time}:<'{end:%Y-%m-%dT%H:%M:%SZ}'")
    return " AND ".join(parts) or None


def _has_connection(stream: Stream) -> bool:
    return any(child.path in CONNECTIONS for child in stream.children.values())


def _child(stream: Stream, path: str) -> Mapping[str, Column]:
    return next(child.columns for child in stream.children.values() if child.path == path)


def _selection(stream: Stream, *, bulk: bool) -> str:
    paths = [column.path or name for name, column in stream.columns.items()]
    root = ROOTS[stream.path or ""]
    parts = [_fields(path for path in paths if path not in root.inner)]
    if inner := [path for path in paths if path in root.inner]:
        parts.append(f"... on {root.node} {{ {_fields(inner)} }}")
    for child in stream.children.values():
        if child.path == OF_REFUNDS[0]:
            continue
        fields = _fields(
            path
            for path in (column.path or name for name, column in child.columns.items())
            if child.path != "refunds" or path.split(".")[0] not in LATER
        )
        if child.path not in CONNECTIONS:
            parts.append(f"{child.path} {{ {fields} }}")
        elif bulk:
            parts.append(f"{child.path} {{ edges {{ node {{ {fields} }} }} }}")
        else:
            page = f"pageInfo {{ hasNextPage endCursor }} nodes {{ {fields} }}"
            parts.append(f"{child.path}(first: $nested) {{ {page} }}")
    return " ".join(parts)


def _fields(paths: Iterable[str]) -> str:
    """A selection set from dotted paths; `selectedOptions` is the one object read whole."""
    tree: dict[str, Any] = {}
    for path in paths:
        branch = tree
        for step in path.split("."):
            branch = branch.setdefault(step, {})
    return _render(tree)


WHOLE_OBJECTS = {"selectedOptions": "name value"}
# Lists of shares of an amount, asked for as `<list>.total`; `sum_shares` adds them up.
SHARES = {"discountAllocations": "allocatedAmountSet", "taxLines": "priceSet"}
# Levels answer only the quantities asked for by name: a list, which `name_quantities` turns round.
QUANTITIES = "quantities"
# Fields of the shop's own: namespace and key are arguments.
METAFIELDS = "metafields"


def name_quantities(record: dict[str, Any]) -> None:
    """`quantities: [{name, quantity}]` becomes `quantities: {name: quantity}`, in place."""
    found = record.get(QUANTITIES)
    if isinstance(found, list):
        record[QUANTITIES] = {one["name"]: one["quantity"] for one in found}


def sum_shares(record: dict[str, Any]) -> None:
    """`taxLines: [{priceSet: ...}]` becomes `taxLines: {total: ...}` in shop money, in place.

    A decimal string as the API sends amounts; an empty list is 0.
    """
    for name, amount in SHARES.items():
        found = record.get(name)
        if isinstance(found, list):
            shares = (Decimal(one[amount]["shopMoney"]["amount"]) for one in found)
            record[name] = {"total": str(sum(shares, Decimal(0)))}


def _metafields(tree: Mapping[str, Any]) -> list[str]:
    """`metafields.custom.care` is asked for by its names, under one that an answer can hold."""
    return [
        f"{METAFIELDS}_{namespace}_{key}: "
        f'metafield(namespace: "{namespace}", key: "{key}") {{ type value }}'
        for namespace, keys in tree.items()
        for key in keys
    ]


def _render(tree: Mapping[str, Any]) -> str:
    parts = []
    for name, below in tree.items():
        if name == QUANTITIES:
            names = ", ".join(f'"{one}"' for one in below)
            parts.append(f"{name}(names: [{names}]) {{ name quantity }}")
            continue
        if name == METAFIELDS:
            parts += _metafields(below)
            continue
        if name in SHARES:
            parts.append(f"{name} {{ {SHARES[name]} {{ shopMoney {{ amount }} }} }}")
            continue
        inner = _render(below) if below else WHOLE_OBJECTS.get(name, "")
        parts.append(f"{name} {{ {inner} }}" if inner else name)
    return " ".join(parts)
