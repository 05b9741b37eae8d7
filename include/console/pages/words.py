"""Values as people read them; every template uses these."""

from datetime import datetime
from decimal import Decimal

from include.core.clock import utcnow

UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"))


def show_number(value: float | Decimal | int | None) -> str:
    """`12,345`; a dash for nothing."""
    if value is None:
        return "–"
    return f"{value:,.0f}" if value == int(value) else f"{value:,.2f}"


def show_money(value: float | Decimal | None, currency: str | None = None) -> str:
    """`12,345.60 USD`."""
    if value is None:
        return "–"
    return f"{value:,.2f} {currency or ''}".strip()


def show_ago(at: datetime | None) -> str:
    """`5 min ago`; `never`."""
    if at is None:
        return "never"
    seconds = max(0.0, (utcnow() - at).total_seconds())
    for size, unit in UNITS:
        if seconds >= size:
            return f"{seconds / size:.0f} {unit} ago"
    return "just now"


def show_instant(at: datetime | None) -> str:
    """`2026-11-30 13:05 UTC`."""
    return "–" if at is None else f"{at:%Y-%m-%d %H:%M} UTC"


def show_seconds(value: float | None) -> str:
    """`1.4 s`, `2 min 05 s`."""
    if value is None:
        return "–"
    if value < 60:
        return f"{value:.1f} s"
    return f"{int(value // 60)} min {int(value % 60):02} s"


def build_first_sentence(text: str) -> str:
    """What a card has room for."""
    return text.split("; ")[0].split(". ")[0].rstrip(".")


def show_as(value: float | Decimal | int | None, kind: str) -> str:
    """By its kind: `count`, `money`, `share` (`12.3 %`)."""
    if value is None:
        return "–"
    if kind == "share":
        return f"{value * 100:.1f} %"
    return show_money(value) if kind == "money" else show_number(value)


FILTERS = {
    "shown_as": show_as,
    "first_sentence": build_first_sentence,
    "number": show_number,
    "money": show_money,
    "ago": show_ago,
    "instant": show_instant,
    "took": show_seconds,
}
