"""Square's ways of writing money, moments and ids."""

from datetime import UTC, datetime
from typing import Any

Json = dict[str, Any]
CURRENCY = "USD"


def money(cents: int) -> Json:
    """Whole minor units with their currency."""
    return {"amount": cents, "currency": CURRENCY}


def moment(instant: datetime) -> str:
    """RFC 3339 in UTC with milliseconds."""
    at = instant.astimezone(UTC)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"


def epoch_ms(instant: datetime) -> int:
    return int(instant.timestamp() * 1000)
