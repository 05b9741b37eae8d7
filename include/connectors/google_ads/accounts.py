"""Which client accounts a login reaches, each once.

A manager has no numbers of its own (`REQUESTED_METRICS_FOR_MANAGER`), so managers are walked down
to their clients. A client below two managers is read once.
"""

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from include.core.errors import AccessDenied, EltError
from include.extract.http.google_errors import has_code

log = logging.getLogger(__name__)

NOT_ENABLED = "CUSTOMER_NOT_ENABLED"


@dataclass(frozen=True, slots=True)
class Account:
    """One client account.

    Attributes:
        login_id: Manager named in `login-customer-id`; None when the login is a user of the client.
        zone: In which the account counts its days.
    """

    customer_id: str
    login_id: str | None
    zone: ZoneInfo


def clean_id(text: str) -> str:
    """`123-456-7890` or `customers/1234567890` to digits."""
    return text.strip().removeprefix("customers/").replace("-", "")


def find_accounts(
    roots: Iterable[str],
    login_id: str | None,
    search: Callable[[str, str | None], Iterator[dict[str, Any]]],
) -> list[Account]:
    """Enabled client accounts below the roots, by id.

    Args:
        roots: Clients or managers to begin with.
        login_id: Manager the login works through, when one is set.
        search: (root, login id) -> rows of `customer_client`.

    Raises:
        AccessDenied: If no enabled client is left.
    """
    found: dict[str, Account] = {}
    for root in roots:
        try:
            rows = [row["customerClient"] for row in search(root, login_id or root)]
        except EltError as error:
            if not has_code(error, NOT_ENABLED):
                raise
            log.warning("action=account_skipped customer=%s reason=not_enabled", root)
            continue
        for client in rows:
            _add(found, client, login_id or root)
    if not found:
        raise AccessDenied(
            "the login reaches no enabled client account. Expected at least one. Check "
            "customer_ids, login_customer_id and the login's access in Google Ads."
        )
    return [found[key] for key in sorted(found)]


def _add(found: dict[str, Account], client: dict[str, Any], login_id: str) -> None:
    key = str(client["id"])
    if client.get("manager") or key in found:
        return
    if client.get("status") != "ENABLED":
        log.warning("action=account_skipped customer=%s reason=%s", key, client.get("status"))
        return
    found[key] = Account(key, login_id, ZoneInfo(client["timeZone"]))
