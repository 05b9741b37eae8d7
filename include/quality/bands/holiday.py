"""Public holidays of a country, which no day of the week explains."""

from collections.abc import Callable
from datetime import date
from functools import cache
from importlib.resources import files


def build_holidays(country: str | None) -> Callable[[date], str | None]:
    """Day -> its holiday's name; none of a country nobody knows."""
    if country is None:
        return lambda _: None
    # Imported here: checks of tenants without a country need it not, and it takes a while.
    import holidays

    try:
        known = holidays.country_holidays(country)
    except NotImplementedError:
        return lambda _: None
    return lambda day: known.get(day)


def find_country(zone: str) -> str | None:
    """ISO code of the country whose clocks a zone keeps; None for UTC and zones of none."""
    return _zones().get(zone)


@cache
def _zones() -> dict[str, str]:
    """From the table beside the zone database (country, place, zone, remarks)."""
    try:
        text = (files("tzdata") / "zoneinfo" / "zone.tab").read_text(encoding="utf-8")
    except (ModuleNotFoundError, OSError):
        return {}
    rows = (line.split("\t") for line in text.splitlines() if not line.startswith("#"))
    return {row[2]: row[0] for row in rows if len(row) > 2}
