"""How one system writes a product: another word order, abbreviations, no SKU, a barcode as SKU.

A label depends on the product and the system alone, so that documents name it as the item list
does. Rates: `include/sandbox/README.md`.
"""

from include.sandbox.economy.records import Listing
from include.sandbox.seeded_random import build_dice

SHORT = {
    "Classic": "Clsc", "Black": "Blk", "Jacket": "Jkt", "Sleeping": "Slp", "Heritage": "Hrtg",
    "Titanium": "Ti", "Backpack": "Bkpk", "Headphones": "Hdphns", "Espresso": "Espr.",
    "Bundle": "Bndl", "Chocolate": "Choc",
}  # fmt: skip
REORDERED, SHORTENED, CAPITALS, WITHOUT_BRAND = 0.15, 0.12, 0.06, 0.05
WITHOUT_SKU, LOOSE_SKU, BARCODE_SKU = 0.08, 0.07, 0.06
WITHOUT_BARCODE, LOST_ZERO, SCIENTIFIC = 0.25, 0.08, 0.03


def build_barcode(product_id: str, variant: int) -> str:
    """Half of the makers use twelve digits (UPC-A, from 0), half thirteen (EAN-13)."""
    number = int("".join(digit for digit in product_id if digit.isdigit()) or 0)
    first = 400_600_000_000 if number % 2 else 7_431_200_000
    body = f"{first + number * 10 + variant:012d}"
    code = body + check_digit(body)
    return code if number % 2 else code[1:]


def check_digit(body: str) -> str:
    """The digit after `body` by GS1's rule: from the right, three times every other one."""
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(body[::-1]))
    return str(-total % 10)


def spell_title(system: str, listing: Listing) -> str:
    """The title as `system` has it; the shop's own is the plain one."""
    dice = build_dice(0, "label", system, listing.product_id)
    words, roll = listing.title.split(), dice.random()
    if roll < REORDERED:
        brand = listing.brand.split()
        rest = words[len(brand) :]
        return f"{' '.join(rest[1:])}, {rest[0]} ({listing.brand})"
    if roll < REORDERED + SHORTENED:
        return " ".join(SHORT.get(word, word) for word in words)
    if roll < REORDERED + SHORTENED + CAPITALS:
        return listing.title.upper()
    if roll < REORDERED + SHORTENED + CAPITALS + WITHOUT_BRAND:
        return listing.title.removeprefix(listing.brand).strip()
    return listing.title


def spell_sku(system: str, listing: Listing, variant: int | None = None) -> str:
    """The SKU as `system` has it: of the size, or of the product where there is no variant."""
    dice = build_dice(0, "sku", system, listing.product_id, variant)
    sku, roll = listing.sku if variant is None else listing.variant_sku(variant), dice.random()
    if roll < WITHOUT_SKU:
        return ""
    if roll < WITHOUT_SKU + LOOSE_SKU:
        return dice.choice((sku.lower(), sku.replace("-", " "), sku.replace("-", "")))
    if roll < WITHOUT_SKU + LOOSE_SKU + BARCODE_SKU and len(listing.variants) == 1:
        return build_barcode(listing.product_id, 0)
    return sku


def spell_barcode(system: str, listing: Listing, variant: int) -> str:
    """The barcode as `system` has it: missing, whole, or as a spreadsheet left it."""
    dice = build_dice(0, "barcode", system, listing.product_id, variant)
    code, roll = build_barcode(listing.product_id, variant), dice.random()
    if roll < WITHOUT_BARCODE:
        return ""
    if roll < WITHOUT_BARCODE + LOST_ZERO:
        return code.lstrip("0")
    if roll < WITHOUT_BARCODE + LOST_ZERO + SCIENTIFIC:
        return f"{int(code):.5E}"
    return code
