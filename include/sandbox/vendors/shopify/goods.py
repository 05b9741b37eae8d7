"""Locations, products, variants and stock of one shop."""

from datetime import datetime, timedelta
from typing import Any

from include.sandbox.economy.confusions.labels import spell_barcode
from include.sandbox.economy.money_cases import is_gift_card
from include.sandbox.economy.records import Listing
from include.sandbox.seeded_random import build_dice
from include.sandbox.vendors.shopify.money import gid, iso, iso_or_none, money

Row = dict[str, Any]
# Between the first and the last of these days products were deleted.
WORLD_DAYS = 669
LOCATIONS = (
    ("Denver Warehouse", "1200 Blake St", "Denver", True),
    ("Boulder Store", "1 Pearl St", "Boulder", True),
    ("Old Pop-up", "9 Larimer St", "Denver", False),
)


def build_locations(start: datetime) -> list[Row]:
    """The shop's places; a closed one is inactive, not gone."""
    found = []
    for number, (name, street, city, active) in enumerate(LOCATIONS, 1):
        found.append(
            {
                "__typename": "Location",
                "id": gid("Location", 70_000 + number),
                "legacyResourceId": str(70_000 + number),
                "activatable": not active,
                "address": {
                    "address1": street,
                    "address2": None,
                    "city": city,
                    "country": "United States",
                    "countryCode": "US",
                    "phone": None,
                    "province": "Colorado",
                    "provinceCode": "CO",
                    "zip": "80202",
                },
                "createdAt": iso(start),
                "deactivatedAt": None if active else iso(start + timedelta(days=120)),
                "fulfillsOnlineOrders": number == 1,
                "hasActiveInventory": active,
                "isActive": active,
                "isFulfillmentService": False,
                "name": name,
                "shipsInventory": active,
                "updatedAt": iso(start if active else start + timedelta(days=120)),
            }
        )
    return found


def _build_inventory(
    number: int, variant: int, sku: str, listing: Listing, locations: list[Row], seed: int
) -> Row:
    item_number = 50_000_000 + number * 10 + variant
    item: Row = {
        "__typename": "InventoryItem",
        "id": gid("InventoryItem", item_number),
        "legacyResourceId": str(item_number),
        "countryCodeOfOrigin": None,
        "createdAt": iso(listing.created_at),
        "harmonizedSystemCode": None,
        "measurement": {
            "id": gid("InventoryItemMeasurement", item_number),
            "weight": {"unit": "GRAMS", "value": float(listing.weight_grams)},
        },
        "requiresShipping": True,
        "sku": sku,
        "tracked": True,
        "unitCost": money(listing.cost),
        "updatedAt": iso(listing.updated_at),
    }
    item["inventoryLevels"] = []
    for place, location in enumerate(locations[:2]):
        dice = build_dice(seed, "stock", sku, place)
        on_hand, committed = dice.randint(0, 80), dice.randint(0, 5)
        amounts = {"on_hand": on_hand, "committed": committed, "available": on_hand - committed}
        level_id = f"{gid('InventoryLevel', 90_000 + place)}?inventory_item_id={item_number}"
        item["inventoryLevels"].append(
            {
                "__typename": "InventoryLevel",
                "id": level_id,
                "createdAt": iso(listing.created_at),
                "isActive": True,
                "item": item,
                "location": location,
                "quantities": [
                    {
                        "id": f"{level_id.replace('Level', 'Quantity')}&name={name}",
                        "name": name,
                        "quantity": amount,
                        "updatedAt": iso(listing.updated_at),
                    }
                    for name, amount in amounts.items()
                ],
                "updatedAt": iso(listing.updated_at),
            }
        )
    return item


def build_product(listing: Listing, locations: list[Row], seed: int) -> Row:
    """A product with its variants and their inventory items, all linked to each other."""
    number = 8_000_000 + listing.number
    product: Row = {
        "__typename": "Product",
        "category": None,
        "id": gid("Product", number),
        "legacyResourceId": str(number),
        "createdAt": iso(listing.created_at),
        "description": f"{listing.title} by {listing.brand}.",
        "descriptionHtml": f"<p>{listing.title} by {listing.brand}.</p>",
        "handle": "-".join(listing.title.lower().replace("+", " ").replace("&", " ").split()),
        "hasOnlyDefaultVariant": len(listing.variants) == 1,
        "isGiftCard": is_gift_card(listing),
        "options": [
            {
                "__typename": "ProductOption",
                "id": gid("ProductOption", number),
                "name": "Size",
                "position": 1,
                "values": list(listing.variants),
            }
        ],
        "priceRangeV2": {
            "minVariantPrice": money(listing.price),
            "maxVariantPrice": money(listing.price),
        },
        "productType": listing.subcategory,
        "publishedAt": iso(listing.created_at),
        "status": "ARCHIVED" if listing.archived_at else "ACTIVE",
        "tags": [listing.category, listing.brand],
        "title": listing.title,
        "tracksInventory": True,
        "updatedAt": iso(listing.updated_at),
        "variants": [],
        "variantsCount": {"count": len(listing.variants)},
        "vendor": listing.brand,
    }
    for place, name in enumerate(listing.variants):
        product["variants"].append(_build_variant(listing, product, place, name, locations, seed))
    product["totalInventory"] = sum(variant["inventoryQuantity"] for variant in product["variants"])
    return product


def _build_variant(
    listing: Listing, product: Row, place: int, name: str, locations: list[Row], seed: int
) -> Row:
    number = 44_000_000 + listing.number * 10 + place
    sku = listing.variant_sku(place)
    item = _build_inventory(listing.number, place, sku, listing, locations, seed)
    before = listing.prices[-2][1] if len(listing.prices) > 1 else 0
    title = "Default Title" if len(listing.variants) == 1 else name
    variant: Row = {
        "__typename": "ProductVariant",
        "id": gid("ProductVariant", number),
        "legacyResourceId": str(number),
        "availableForSale": listing.archived_at is None,
        "barcode": spell_barcode("shopify", listing, place) or None,
        "compareAtPrice": decimal2(before) if before > listing.price else None,
        "createdAt": iso(listing.created_at),
        "displayName": f"{listing.title} - {title}",
        "inventoryItem": item,
        "inventoryPolicy": "DENY",
        "inventoryQuantity": sum(
            level["quantities"][2]["quantity"] for level in item["inventoryLevels"]
        ),
        "position": place + 1,
        "price": decimal2(listing.price),
        "product": product,
        "selectedOptions": [{"name": "Size", "value": name}],
        "sku": sku,
        "taxable": True,
        "title": title,
        "updatedAt": iso(listing.updated_at),
    }
    item["variants"] = [variant]
    return variant


def decimal2(cents: int) -> str:
    """`Money` scalars of variants always carry two digits, unlike `Decimal`."""
    return f"{cents // 100}.{cents % 100:02d}"


def build_deletions(listings: list[Listing], now: datetime, start: datetime) -> list[Row]:
    """Products deleted before they were ever sold: they live on only as events."""
    found: list[Row] = []
    for number in range(1, 4 + len(listings) // 50):
        days = WORLD_DAYS * number // (5 + len(listings) // 50)
        at = start + timedelta(days=days, hours=number)
        if at >= now:
            break
        found.append(
            {
                "__typename": "BasicEvent",
                "id": gid("BasicEvent", 600_000 + number),
                "action": "destroy",
                "additionalData": None,
                "appTitle": None,
                "arguments": [],
                "attributeToApp": False,
                "attributeToUser": True,
                "author": "Sam Shopkeeper",
                "createdAt": iso_or_none(at),
                "criticalAlert": False,
                "hasAdditionalContent": False,
                "message": "Sam Shopkeeper deleted a product.",
                "subjectId": gid("Product", 7_900_000 + number),
                "subjectType": "PRODUCT",
            }
        )
    return found
