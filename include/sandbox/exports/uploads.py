"""Files people put into a shared folder: no system, no standard, several dialects."""

import json
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

import xlsxwriter

from include.sandbox.economy.business import Business
from include.sandbox.exports.delimited import amount, build_delimited, write_text
from include.sandbox.seeded_random import build_dice
from include.sandbox.world import START

CAMPAIGNS = (
    "Frühjahrsputz",
    "Café Aktion",
    "Winter Sale",
    "Größenberatung",
    "Weekly Digest",
    "Père Noël",
)
STORES = ("Denver", "Boulder", "Online")
# Workbooks carry a creation time; a fixed one keeps the bytes equal.
CREATED = datetime(2026, 1, 1)  # noqa: DTZ001 - Excel has no time zones


def _months(as_of: datetime) -> list[str]:
    found = []
    at = START
    while at < as_of:
        found.append(at.strftime("%Y-%m"))
        at = (at.replace(day=28) + timedelta(days=4)).replace(day=1)
    return found


def write_acme(folder: Path, business: Business, seed: int, as_of: datetime) -> dict[str, int]:
    """Targets, campaigns, survey and return reasons; returns records per file."""
    dice = build_dice(seed, "uploads", "acme")
    months = _months(as_of)
    targets = [
        (store, month, amount(dice.randrange(2_000_000, 9_000_000, 50_000)))
        for month in months
        for store in STORES
    ]
    write_text(
        folder / "store_targets.csv",
        build_delimited([("store", "month", "target_amount"), *targets]),
    )
    campaigns = [
        (
            f"EM{number:04d}",
            f"{CAMPAIGNS[number % len(CAMPAIGNS)]} {month}",
            f"{month}-15",
            dice.randint(400, 5_000),
            dice.randint(50, 900),
            f"{dice.randrange(5_000, 60_000) / 100:.2f}".replace(".", ","),
        )
        for number, month in enumerate(months, 1)
    ]
    header = ("campaign_id", "name", "sent_on", "recipients", "clicks", "cost_eur")
    write_text(
        folder / "email_campaigns.tsv",
        build_delimited([header, *campaigns], delimiter=";"),
        "latin-1",
    )
    answers = []
    buyers = [sale for sale in business.sales["shopify"] if sale.number % 23 == 0]
    for number, sale in enumerate(buyers, 1):
        answer: dict[str, object] = {
            "answer_id": number,
            "answered_at": (sale.placed_at + timedelta(days=6)).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "email": sale.party.email,
            "score": dice.randint(0, 10),
        }
        if number % 3 == 0:
            answer["comment"] = "Größe passt, très bien"
        answers.append(answer)
    lines = "".join(json.dumps(answer, ensure_ascii=False) + "\n" for answer in answers)
    write_text(folder / "survey.jsonl", lines)
    reasons = [
        (code, text)
        for code, text in (
            ("D", "damaged"),
            ("S", "wrong size"),
            ("L", "late delivery"),
            ("M", "changed mind"),
        )
    ]
    write_text(
        folder / "returns" / "reasons_2026.csv", build_delimited([("code", "reason"), *reasons])
    )
    return {
        "store_targets": len(targets),
        "email_campaigns": len(campaigns),
        "survey": len(answers),
        "returns_reasons_2026": len(reasons),
    }


def write_corner(
    folder: Path,
    business: Business,
    seed: int,
    as_of: datetime,
    levels: Mapping[tuple[int, int, int], int],
) -> dict[str, int]:
    """Price list (two sheets, titles above headers) and stock count; returns records per table.

    Args:
        levels: (listing number, variant, place number) -> pieces the tills know of. The count of
            the shelves is the same but for one product in eight, where pieces are gone.
    """
    folder.mkdir(parents=True, exist_ok=True)
    dice = build_dice(seed, "uploads", "corner")
    brands = sorted({listing.brand for listing in business.listings})
    with xlsxwriter.Workbook(str(folder / "price_list.xlsx")) as book:
        book.set_properties({"created": CREATED, "author": "Corner Shop"})
        prices = book.add_worksheet("Prices")
        prices.merge_range("A1:E1", f"Corner Shop price list, {as_of:%d.%m.%Y}")
        prices.write_row(2, 0, ("Code", "Product", "Category", "Price", "Valid from"))
        as_day = book.add_format({"num_format": "yyyy-mm-dd"})
        for row, listing in enumerate(business.listings, 3):
            prices.write_row(row, 0, (listing.sku, listing.title, listing.category))
            prices.write_number(row, 3, listing.price / 100)
            prices.write_datetime(row, 4, listing.prices[-1][0].replace(tzinfo=None), as_day)
        suppliers = book.add_worksheet("Suppliers")
        suppliers.write(0, 0, "Suppliers")
        suppliers.write_row(2, 0, ("Brand", "Contact", "Lead days"))
        for row, brand in enumerate(brands, 3):
            suppliers.write_row(
                row, 0, (brand, f"sales@{brand.split()[0].lower()}.example", dice.randint(2, 30))
            )
    known: Counter[int] = Counter()
    for (number, _variant, _place), pieces in levels.items():
        known[number] += pieces
    gone = [dice.randint(1, 4) if dice.random() < 0.125 else 0 for _ in business.listings]
    day = (as_of - timedelta(days=1)).strftime("%Y-%m-%d")
    counted = [
        (listing.sku, day, max(known[listing.number] - lost, 0))
        for listing, lost in zip(business.listings, gone, strict=True)
    ]
    write_text(
        folder / "stock_count.csv", build_delimited([("sku", "counted_on", "on_hand"), *counted])
    )
    return {
        "price_list_prices": len(business.listings),
        "price_list_suppliers": len(brands),
        "stock_count": len(counted),
    }
