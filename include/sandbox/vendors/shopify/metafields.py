"""Fields of the shop's own: how to care for it, written down of every second product.

Source: Admin GraphQL schema 2026-07, type Metafield.
"""

from typing import Any

from include.sandbox.vendors.shopify.money import gid

Row = dict[str, Any]
OBJECTS: dict[str, dict[str, str]] = {
    "Metafield": {
        "id": "ID!", "key": "String!", "namespace": "String!", "type": "String!",
        "value": "String!",
    },
}  # fmt: skip


def find_metafield(product: Row, key: str, namespace: str | None = None) -> Row | None:
    """One by its names; None where the product has none."""
    number = int(product["legacyResourceId"])
    if (namespace, key) != ("custom", "care") or number % 2:
        return None
    return {
        "__typename": "Metafield",
        "id": gid("Metafield", 31_000_000_000 + number),
        "key": key,
        "namespace": namespace,
        "type": "single_line_text_field",
        "value": "Wipe with a dry cloth",
    }
