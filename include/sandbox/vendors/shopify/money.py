"""Money, instants and ids as the Admin API writes them."""

from datetime import UTC, datetime
from typing import Any

# Made-up fixed rates: presentment units for 100 US dollars.
RATES = {"USD": 100, "EUR": 92}


def decimal(cents: int) -> str:
    """Major units as a decimal string, as short as the API writes it: 2990 -> "29.9"."""
    sign = "-" if cents < 0 else ""
    units, rest = divmod(abs(cents), 100)
    text = f"{rest:02d}".rstrip("0")
    return f"{sign}{units}.{text or '0'}"


def money(cents: int, currency: str = "USD") -> dict[str, str]:
    return {"amount": decimal(cents), "currencyCode": currency}


def money_bag(cents: int, presentment: str = "USD") -> dict[str, Any]:
    """Shop money is the truth; presentment money is what the buyer saw."""
    return {
        "shopMoney": money(cents),
        "presentmentMoney": money(cents * RATES[presentment] // 100, presentment),
    }


def iso(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def iso_or_none(instant: datetime | None) -> str | None:
    return iso(instant) if instant else None


def gid(kind: str, number: int) -> str:
    return f"gid://shopify/{kind}/{number}"
