"""Collections of the shop: one for each category of what it sells.

Source: Admin GraphQL schema 2026-07, type Collection.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from include.sandbox.economy.records import Listing
from include.sandbox.vendors.shopify.money import gid

Row = dict[str, Any]
ENUMS = {
    "CollectionSortKeys": ("ID", "RELEVANCE", "TITLE", "UPDATED_AT"),
    "CollectionSortOrder": (
        "ALPHA_ASC", "ALPHA_DESC", "BEST_SELLING", "CREATED", "CREATED_DESC", "MANUAL",
        "PRICE_ASC", "PRICE_DESC",
    ),
}  # fmt: skip
OBJECTS: dict[str, dict[str, str]] = {
    "Collection": {
        "id": "ID!", "legacyResourceId": "UnsignedInt64!", "title": "String!", "handle": "String!",
        "sortOrder": "CollectionSortOrder!", "productsCount": "Count", "updatedAt": "DateTime!",
        "products": "@Product",
    },
}  # fmt: skip
ROOT = {
    "collections": "@Collection(query: String, savedSearchId: ID, "
    "sortKey: CollectionSortKeys = ID)",
    "collection": "Collection(id: ID!)",
}


def build_collections(listings: Iterable[Listing], products: dict[int, Row]) -> list[Row]:
    """In order of their first listing; `products` by listing number."""
    members: dict[str, list[Row]] = defaultdict(list)
    for listing in listings:
        members[listing.category].append(products[listing.number])
    return [
        {
            "__typename": "Collection",
            "id": gid("Collection", 480_000_000 + place),
            "legacyResourceId": str(480_000_000 + place),
            "title": category,
            "handle": category.lower().replace(" ", "-"),
            "sortOrder": "BEST_SELLING",
            "productsCount": {"count": len(rows)},
            "updatedAt": min(row["createdAt"] for row in rows),
            "products": rows,
        }
        for place, (category, rows) in enumerate(members.items(), start=1)
    ]
