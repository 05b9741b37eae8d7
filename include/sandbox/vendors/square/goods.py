"""The catalog (categories, items, variations, one deleted) and the counts of what lies where.

Source: Square OpenAPI 2025-08-20, schemas CatalogObject, InventoryCount.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from include.sandbox.economy.confusions.labels import spell_barcode, spell_sku, spell_title
from include.sandbox.economy.point_of_sale import Tills
from include.sandbox.economy.records import Listing
from include.sandbox.seeded_random import build_dice
from include.sandbox.vendors.square.money import Json, epoch_ms, moment, money
from include.sandbox.vendors.square.places import IDS, location_id

Namer = Callable[..., str]
DELETED_AT = datetime(2025, 9, 15, 13, 5, 0, 250_000, tzinfo=UTC)


def _object(kind: str, object_id: str, changed: datetime, *, deleted: bool = False) -> Json:
    return {
        "type": kind,
        "id": object_id,
        "updated_at": moment(changed),
        "version": epoch_ms(changed),
        "is_deleted": deleted,
        "present_at_all_locations": True,
    }


def build_category(name: str, category_id: str, created: datetime) -> Json:
    data = {"name": name, "category_type": "REGULAR_CATEGORY", "is_top_level": True}
    return _object("CATEGORY", category_id, created) | {"category_data": data}


def build_variation(listing: Listing, variant: int, token: Namer) -> Json:
    """One size of an item in the catalogue."""
    found = _object(
        "ITEM_VARIATION", token("variation", listing.number, variant), listing.updated_at
    )
    return found | {
        "item_variation_data": {
            "item_id": token("item", listing.number),
            "name": listing.variants[variant],
            "sku": spell_sku("square", listing, variant),
            "ordinal": variant,
            "pricing_type": "FIXED_PRICING",
            "price_money": money(listing.price),
            "upc": spell_barcode("square", listing, variant),
            "location_overrides": _overrides(listing),
            "track_inventory": True,
            "sellable": True,
            "stockable": True,
        }
    }


def _overrides(listing: Listing) -> list[Json]:
    """The stall asks a little more for some goods."""
    if listing.number % 6:
        return []
    dearer = {"price_money": money(listing.price * 11 // 10), "pricing_type": "FIXED_PRICING"}
    return [{"location_id": IDS[1], **dearer}]


def _presence(listing: Listing) -> Json:
    """Most goods are everywhere; some not in the kiosk, some in the shop alone."""
    if listing.number % 5 == 1:
        return {"present_at_all_locations": True, "absent_at_location_ids": [IDS[2]]}
    if listing.number % 5 == 2:
        return {"present_at_all_locations": False, "present_at_location_ids": [IDS[0]]}
    return {}


def build_item(listing: Listing, variations: list[Json], category: str, token: Namer) -> Json:
    """An item with its variations inside, as the search answers it."""
    found = _object("ITEM", token("item", listing.number), listing.updated_at)
    return (
        found
        | _presence(listing)
        | {
            "item_data": {
                "name": spell_title("square", listing),
                "description": f"{listing.title} by {listing.brand}",
                "description_plaintext": f"{listing.title} by {listing.brand}",
                "is_taxable": True,
                "variations": variations,
                "product_type": "REGULAR",
                "categories": [{"id": category, "ordinal": 0}],
                "reporting_category": {"id": category, "ordinal": 0},
                "is_archived": listing.archived_at is not None,
            }
        }
    )


def build_deleted(token: Namer) -> list[Json]:
    """A seasonal item that was deleted: tombstones, shown only when asked for."""
    item, variation = token("item", "advent"), token("variation", "advent")
    data = {"item_id": item, "name": "Regular", "sku": "ADV-0001", "ordinal": 0}
    gone = _object("ITEM_VARIATION", variation, DELETED_AT, deleted=True)
    return [
        _object("ITEM", item, DELETED_AT, deleted=True)
        | {"item_data": {"name": "Advent Calendar", "product_type": "REGULAR"}},
        gone | {"item_variation_data": data | {"pricing_type": "VARIABLE_PRICING"}},
    ]


def build_counts(seed: int, tills: Tills, variation_of: Mapping[str, str]) -> list[Json]:
    """What lies in stock at each location that ever had any, and some waste in the shop.

    Args:
        variation_of: SKU -> catalog id of the variation.
    """
    found = []
    moves = {(m.listing.number, m.variant, m.place.number): m for m in tills.moves}
    for _, last in sorted(moves.items()):
        sku = last.listing.variant_sku(last.variant)
        cells = [("IN_STOCK", last.on_hand)]
        dice = build_dice(seed, "square", "waste", sku)
        if last.place is tills.places[0] and dice.random() < 0.2:
            cells.append(("WASTE", dice.randint(1, 3)))
        for state, count in cells:
            found.append(
                {
                    "catalog_object_id": variation_of[sku],
                    "catalog_object_type": "ITEM_VARIATION",
                    "state": state,
                    "location_id": location_id(last.place),
                    "quantity": str(count),
                    "calculated_at": moment(last.at),
                }
            )
    return found
