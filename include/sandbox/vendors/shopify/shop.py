"""One shop as the Admin API sees it: all rows, and the resolvers of the root fields."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from graphql import GraphQLResolveInfo

from include.sandbox.economy.business import Business
from include.sandbox.economy.money_cases import build_gift_card
from include.sandbox.vendors.shopify.checkouts import build_checkouts
from include.sandbox.vendors.shopify.collections import build_collections
from include.sandbox.vendors.shopify.goods import build_deletions, build_locations, build_product
from include.sandbox.vendors.shopify.journeys import build_journey
from include.sandbox.vendors.shopify.metafields import find_metafield
from include.sandbox.vendors.shopify.money import decimal, gid, iso
from include.sandbox.vendors.shopify.orders import build_order
from include.sandbox.vendors.shopify.paging import build_connection
from include.sandbox.vendors.shopify.people import build_customer
from include.sandbox.vendors.shopify.search import search

Row = dict[str, Any]
SCOPES = (
    "read_all_orders",
    "read_customers",
    "read_inventory",
    "read_locations",
    "read_orders",
    "read_products",
)
SORT_FIELDS = {
    "UPDATED_AT": "updatedAt",
    "CREATED_AT": "createdAt",
    "PROCESSED_AT": "processedAt",
    "NAME": "name",
    "TITLE": "title",
    "SKU": "sku",
    "ORDER_NUMBER": "number",
    "POSITION": "position",
}


def id_number(row: Row) -> int:
    return int(row["id"].split("?")[0].rsplit("/", 1)[-1])


class Shop:
    """All rows of one shop.

    Attributes:
        rows: type name -> rows.
        by_id: gid -> row, for `node`, `order(id:)` and so on.
    """

    def __init__(
        self, name: str, business: Business, seed: int, start: datetime, now: datetime
    ) -> None:
        self.name, self.now = name, now
        locations = build_locations(start)
        products = {
            listing.number: build_product(listing, locations, seed)
            for listing in [*business.listings, build_gift_card(business.tenant, start)]
        }
        customers = {
            account.number: build_customer(account) for account in business.accounts["shopify"]
        }
        orders = []
        spent: dict[str, int] = {}
        for sale in business.sales["shopify"]:
            customer = customers[sale.account.number] if sale.account else None
            order = build_order(sale, products, customer, locations[0])
            order["customerJourneySummary"] = build_journey(sale)
            orders.append(order)
            if customer is not None:
                customer["orders"].append(order)
                # Their number of orders and what they spent change with each of them.
                customer["updatedAt"] = max(customer["updatedAt"], order["updatedAt"])
                kept = sale.total - sale.refunded if sale.counts else 0
                spent[customer["id"]] = spent.get(customer["id"], 0) + kept
        for customer in customers.values():
            customer["numberOfOrders"] = str(len(customer["orders"]))
            customer["amountSpent"] = {
                "amount": decimal(spent.get(customer["id"], 0)),
                "currencyCode": "USD",
            }
        variants = [variant for product in products.values() for variant in product["variants"]]
        self.rows: dict[str, list[Row]] = {
            "Order": orders,
            "Customer": list(customers.values()),
            "Product": list(products.values()),
            "ProductVariant": variants,
            "InventoryItem": [variant["inventoryItem"] for variant in variants],
            "Location": locations,
            "Event": build_deletions(business.listings, now, start),
            "Collection": build_collections(business.listings, products),
            "AbandonedCheckout": build_checkouts(
                zip(business.sales["shopify"], orders, strict=True), now
            ),
            "Refund": [refund for order in orders for refund in order["refunds"]],
        }
        self.by_id = {row["id"]: row for rows in self.rows.values() for row in rows}
        self.shop = self._build_shop(start)

    def _build_shop(self, start: datetime) -> Row:
        return {
            "__typename": "Shop",
            "id": gid("Shop", 60_001),
            "contactEmail": f"hello@{self.name}.example",
            "createdAt": iso(start),
            "currencyCode": "USD",
            "email": f"hello@{self.name}.example",
            "enabledPresentmentCurrencies": ["EUR", "USD"],
            "ianaTimezone": "America/Denver",
            "myshopifyDomain": f"{self.name}.myshopify.com",
            "name": self.name.replace("-", " ").title(),
            "taxesIncluded": False,
            "timezoneAbbreviation": "MST",
            "updatedAt": iso(start),
            "url": f"https://{self.name}.myshopify.com",
            "weightUnit": "GRAMS",
        }

    def select(self, kind: str, arguments: Row) -> tuple[list[Row], list[dict[str, str]]]:
        """Rows of a root connection, filtered and sorted (ties by id), with search warnings."""
        rows = self.rows[kind]
        if kind == "Location" and not arguments.get("includeInactive"):
            rows = [row for row in rows if row["isActive"]]
        rows, warnings = search(kind, rows, arguments.get("query"))
        field = SORT_FIELDS.get(str(arguments.get("sortKey") or "ID"))
        if field is None or not rows or field not in rows[0]:
            return sorted(rows, key=id_number), warnings
        return sorted(rows, key=lambda row: (row[field], id_number(row))), warnings

    def installation(self) -> Row:
        """The app and what it may read."""
        return {
            "__typename": "AppInstallation",
            "id": gid("AppInstallation", 1),
            "accessScopes": [
                {"handle": handle, "description": handle.replace("_", " ")} for handle in SCOPES
            ],
            "launchUrl": f"https://{self.name}.myshopify.com/admin/apps/1",
        }


ROOT_CONNECTIONS = {
    "orders": "Order",
    "customers": "Customer",
    "products": "Product",
    "productVariants": "ProductVariant",
    "inventoryItems": "InventoryItem",
    "locations": "Location",
    "events": "Event",
    "abandonedCheckouts": "AbandonedCheckout",
    "collections": "Collection",
}
ROOT_OBJECTS = (
    "order",
    "customer",
    "product",
    "productVariant",
    "inventoryItem",
    "location",
    "refund",
    "collection",
)


def _list_root(kind: str) -> Callable[..., Row]:
    def resolve(source: Any, info: GraphQLResolveInfo, **arguments: Any) -> Row:
        rows, warnings = info.context.shop.select(kind, arguments)
        if warnings:
            info.context.warnings.append(
                {"path": [info.path.key], "query": arguments.get("query"), "warnings": warnings}
            )
        return build_connection(rows, arguments)

    return resolve


def _get_root(source: Any, info: GraphQLResolveInfo, id: str | None = None) -> Row | None:
    shop = info.context.shop
    if id is None:
        return shop.rows["Location"][0] if info.field_name == "location" else None
    row: Row | None = shop.by_id.get(id)
    wanted = info.field_name[0].upper() + info.field_name[1:]
    return row if row is not None and row["__typename"] == wanted else None


def _get_node(source: Any, info: GraphQLResolveInfo, id: str) -> Row | None:
    found: Row | None = info.context.shop.by_id.get(id) or info.context.bulk.get(id)
    return found


def _count_orders(source: Any, info: GraphQLResolveInfo, **arguments: Any) -> Row:
    rows, _ = info.context.shop.select("Order", arguments)
    return {"count": min(len(rows), arguments.get("limit") or len(rows))}


def _quantities(source: Row, info: GraphQLResolveInfo, names: list[str]) -> list[Row]:
    return [row for row in source["quantities"] if row["name"] in names]


def _customer_orders(source: Row, info: GraphQLResolveInfo, **arguments: Any) -> Row:
    rows, _ = search("Order", source["orders"], arguments.get("query"))
    return build_connection(rows, arguments)


def _product_metafield(source: Row, info: GraphQLResolveInfo, **names: str) -> Row | None:
    return find_metafield(source, **names)


def build_resolvers() -> dict[tuple[str, str], Callable[..., Any]]:
    """(type, field) -> resolver, for all that is not read off a row by its name."""
    found: dict[tuple[str, str], Callable[..., Any]] = {
        ("QueryRoot", field): _list_root(kind) for field, kind in ROOT_CONNECTIONS.items()
    }
    found |= {("QueryRoot", field): _get_root for field in ROOT_OBJECTS}
    found |= {
        ("QueryRoot", "node"): _get_node,
        ("QueryRoot", "nodes"): lambda source, info, ids: [
            _get_node(source, info, one) for one in ids
        ],
        ("QueryRoot", "shop"): lambda source, info: info.context.shop.shop,
        ("QueryRoot", "currentAppInstallation"): lambda source, info: (
            info.context.shop.installation()
        ),
        ("QueryRoot", "ordersCount"): _count_orders,
        ("QueryRoot", "bulkOperation"): lambda source, info, id: info.context.bulk.get(id),
        ("QueryRoot", "currentBulkOperation"): lambda source, info, type="QUERY": (
            info.context.bulk.current()
        ),
        ("QueryRoot", "bulkOperations"): lambda source, info, **arguments: build_connection(
            info.context.bulk.find(arguments), arguments
        ),
        ("Mutation", "bulkOperationRunQuery"): lambda source, info, **arguments: (
            info.context.bulk.run(info.context.shop, arguments["query"], arguments["groupObjects"])
        ),
        ("Mutation", "bulkOperationCancel"): lambda source, info, id: info.context.bulk.cancel(id),
        ("InventoryLevel", "quantities"): _quantities,
        ("Customer", "orders"): _customer_orders,
        ("Product", "metafield"): _product_metafield,
    }
    return found
