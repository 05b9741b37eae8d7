"""What the account holds, and up to which of its movements: a balance alone cannot be compared.

Source: docs.stripe.com/api/balance, read 2026-11.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from include.core.errors import ContractBroken

Record = dict[str, Any]
HELD = ("available", "pending")


def build_balances(
    body: Any, newest: Iterable[Mapping[str, Any]], earlier: Iterable[Mapping[str, Any]]
) -> list[Record]:
    """A record per currency.

    Args:
        body: The answer of `GET /v1/balance`.
        newest: The newest movement, if there is one.
        earlier: A movement from before the feed's start, if there is one: then what is loaded does
            not explain the whole balance.

    Raises:
        ContractBroken: If the answer does not say what the account holds.
    """
    if not isinstance(body, dict) or not all(isinstance(body.get(name), list) for name in HELD):
        raise ContractBroken(
            "`balance` does not say what is available and pending. Expected two lists. Report it "
            "to the vendor."
        )
    held: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(HELD, 0))
    for name in HELD:
        for part in body[name]:
            held[part["currency"]][name] += part["amount"]
    last = next(iter(newest), {})
    facts = {
        "newest_movement": last.get("id"),
        "newest_at": last.get("created"),
        "has_earlier_movements": next(iter(earlier), None) is not None,
    }
    return [{"currency": currency, **parts, **facts} for currency, parts in sorted(held.items())]
