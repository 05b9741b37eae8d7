"""Events of one Stripe account: what changed when, kept for 30 days.

Each carries the object as it was then. The ledger knows objects only as they are now, so what
happened to an object later is taken back from its newest state.
Source: docs.stripe.com/api/events/object and /types, read 2026-11.
"""

import copy
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from include.sandbox.vendors.stripe import billing_shapes
from include.sandbox.vendors.stripe.history import Change, build_changes
from include.sandbox.vendors.stripe.ledger import StripeAccount
from include.sandbox.vendors.stripe.shapes import Json

DAYS_KEPT = 30
DAY = 86_400


def run_events(account: StripeAccount) -> None:
    """Fill `events` with the last 30 days, newest first; older ones are gone, as at Stripe."""
    oldest = account.now - DAYS_KEPT * DAY
    for change, body in _replay(account):
        if change.event and oldest <= change.at <= account.now:
            scope = (change.event, change.object_id, change.at)
            account.add("events", _build_event(account, change, body, scope))
    account.tables["events"].sort(key=lambda row: (row["created"], row["id"]), reverse=True)


def _replay(account: StripeAccount) -> Iterator[tuple[Change, Json]]:
    """Every change with its object just after it."""
    of_object: dict[str, list[Change]] = defaultdict(list)
    for change in build_changes(account):
        of_object[change.object_id].append(change)
    for object_id, changes in of_object.items():
        body = account.by_id[object_id]
        # Newest first; a creation is the oldest of its second.
        for change in sorted(changes, key=lambda c: (c.at, not c.creates), reverse=True):
            yield change, body
            if change.fields:
                body = copy.deepcopy(body)
                for path, before in change.fields.items():
                    _put(body, path, before)


def _build_event(
    account: StripeAccount, change: Change, body: Json, scope: tuple[object, ...]
) -> Json:
    previous: Json | None = None
    if not change.creates and change.fields:
        previous = {}
        for path, before in change.fields.items():
            _put(previous, path, before)
    request = f"req_{account.token('request', *scope)[:14]}" if change.by_request else None
    return billing_shapes.build_event(
        f"evt_1{account.token('event', *scope)}",
        change.event,
        change.at,
        body,
        previous,
        request,
    )


def _put(body: Json, path: str, value: Any) -> None:
    """Set the value at `a.b`, making the objects on the way."""
    *way, last = path.split(".")
    for step in way:
        body = body.setdefault(step, {})
    body[last] = value
