"""Which record of which system is which product, and the products as the systems show them.

What is sold in sizes is one product a size; a record of the whole (an item of the books, a product
of the payment system) is neither of them but their parent, and stands for itself.
"""

from collections.abc import Iterator
from typing import Any

from include.sandbox.economy.confusions.labels import spell_barcode, spell_sku, spell_title
from include.sandbox.economy.records import Listing
from include.sandbox.exports import ecommerce, quickbooks_csv
from include.sandbox.serve.session import Session
from include.sandbox.truth.people import build_record_id
from include.sandbox.vendors.square.vendor import fetch_seller
from include.sandbox.vendors.stripe.vendor import fetch_account

Row = dict[str, Any]
COLUMNS = (
    *("record_id", "source", "sku", "barcode", "title", "variant_title", "vendor", "category"),
    *("price", "currency", "parent_id"),
)


def find_entity(listing: Listing, variant: int | None) -> str:
    """`prd_0007` for a whole product, `prd_0007/M` for one of its sizes."""
    if variant is None or len(listing.variants) == 1:
        return listing.product_id
    return f"{listing.product_id}/{listing.variants[variant]}"


def build_items(session: Session) -> dict[str, dict[str, str]]:
    """tenant -> record id -> product; `items` of the truth."""
    found: dict[str, dict[str, str]] = {}
    for tenant in SHOWN:
        shown = (
            (row["record_id"], find_entity(listing, variant))
            for listing in session.world.businesses[tenant].listings
            for row, variant in SHOWN[tenant](session, listing)
        )
        found[tenant] = dict(sorted(shown))
    return found


def build_product_rows(session: Session, tenant: str) -> list[Row]:
    """The product records of one tenant in the columns identity reads."""
    if tenant not in SHOWN:
        return []
    listings = session.world.businesses[tenant].listings
    return [row for listing in listings for row, _ in SHOWN[tenant](session, listing)]


def _row(feed: str, source_id: object, listing: Listing, **fields: Any) -> Row:
    record_id = build_record_id(feed, source_id)
    given = {name: value if value != "" else None for name, value in fields.items()}
    return dict.fromkeys(COLUMNS) | {
        "record_id": record_id,
        "source": record_id.partition(":")[0],
        "price": listing.price / 100,
        "currency": "USD",
        **given,
    }


def _acme(session: Session, listing: Listing) -> Iterator[tuple[Row, int | None]]:
    parent = f"gid://shopify/Product/{8_000_000 + listing.number}"
    for place, name in enumerate(listing.variants):
        variant = "Default Title" if len(listing.variants) == 1 else name
        yield _row(
            "shopify", f"gid://shopify/ProductVariant/{44_000_000 + listing.number * 10 + place}",
            listing, sku=listing.variant_sku(place),
            barcode=spell_barcode("shopify", listing, place),
            title=f"{listing.title} - {variant}", variant_title=variant, vendor=listing.brand,
            category=listing.subcategory, parent_id=build_record_id("shopify", parent),
        ), place  # fmt: skip
    name, sku = quickbooks_csv.item_name(listing), spell_sku("quickbooks", listing)
    title = spell_title("quickbooks", listing)
    yield _row("quickbooks", name, listing, sku=sku, title=title, category=listing.category), None
    yield (
        _row(
            "quickbooks_online",
            listing.number,
            listing,
            sku=sku,
            title=title,
            category=listing.category,
        ),
        None,
    )


def _bazaar(session: Session, listing: Listing) -> Iterator[tuple[Row, int | None]]:
    key = ecommerce.product_key(listing)
    yield (
        _row(
            "ecommerce_csv",
            key,
            listing,
            title=listing.title,
            vendor=listing.brand,
            category=listing.category,
        ),
        None,
    )


def _corner(session: Session, listing: Listing) -> Iterator[tuple[Row, int | None]]:
    token = fetch_account(session, "corner").token("product", listing.number)
    yield (
        _row(
            "stripe",
            f"prod_{token[:14]}",
            listing,
            sku=spell_sku("stripe", listing),
            title=spell_title("stripe", listing),
        ),
        None,
    )
    # The shop's price list: the whole product, as its file maps it to concept `products`.
    yield (
        _row(
            "uploads",
            listing.sku,
            listing,
            sku=listing.sku,
            title=listing.title,
            category=listing.category,
        ),
        None,
    )
    seller, title = fetch_seller(session, "corner"), spell_title("square", listing)
    for place, name in enumerate(listing.variants):
        yield _row(
            "square", seller.token("variation", listing.number, place), listing,
            sku=spell_sku("square", listing, place),
            barcode=spell_barcode("square", listing, place),
            title=f"{title} - {name}", variant_title=name, category=listing.category,
            parent_id=build_record_id("square", seller.token("item", listing.number)),
        ), place  # fmt: skip
        size = "" if len(listing.variants) == 1 else f" {name}"
        yield _row(
            "erpnext", listing.variant_sku(place), listing, sku=listing.variant_sku(place),
            title=f"{spell_title('erpnext', listing)}{size}", vendor=listing.brand,
            category=listing.category,
        ), place  # fmt: skip


SHOWN = {"acme": _acme, "bazaar": _bazaar, "corner": _corner}
