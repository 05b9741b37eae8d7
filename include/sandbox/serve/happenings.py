"""What is made to happen in a served world: an advance, one act at a vendor, its webhooks."""

from datetime import datetime, timedelta
from typing import Any

from include.core.clock import format_instant
from include.sandbox.advance import run_changes
from include.sandbox.serve.session import Session
from include.sandbox.serve.vendors import Delivery, load_vendors


def run_advance(session: Session, tenant: str, changes: int, at: datetime | None) -> dict[str, Any]:
    """Let `changes` things happen at or after `at`, one per second.

    Raises:
        ValueError: Unknown tenant, a tenant of files only, or `at` in the past of the world.
    """
    vendors = load_vendors()
    served = sorted({t for vendor in vendors.values() for t in vendor.credentials})
    if tenant not in served:
        raise ValueError(
            f"tenant `{tenant}` is not served over HTTP; valid: {', '.join(served)}. "
            "Files advance by `generate --advance`."
        )
    first = session.next_instant(tenant, at)
    with session.lock:
        done = run_changes(session.world.businesses[tenant], session.spec.seed, changes, first)
        session.move_on(tenant, first + timedelta(seconds=changes + 1))
        changed = {
            name: vendor.changed(session, tenant, done)
            for name, vendor in vendors.items()
            if vendor.changed is not None and tenant in vendor.credentials
        }
    return {"tenant": tenant, "at": format_instant(first), "changed": changed}


def run_act(
    session: Session, vendor: str, tenant: str, what: str, at: datetime | None
) -> dict[str, Any]:
    """Let one thing of a vendor's own happen: a late refund, a dispute, a deletion.

    Raises:
        ValueError: Nobody there can do that, or `at` is in the past of the world.
    """
    found = load_vendors().get(vendor)
    if found is None or found.act is None or tenant not in found.credentials:
        raise ValueError(f"vendor `{vendor}` lets nothing happen to tenant `{tenant}`")
    with session.lock:
        first = session.next_instant(tenant, at)
        touched = found.act(session, tenant, what, first)
        session.move_on(tenant, first + timedelta(seconds=1))
    return {"tenant": tenant, "at": format_instant(first), "what": what, "id": touched}


def build_deliveries(
    session: Session, vendor: str, tenant: str, since: datetime | None
) -> list[Delivery]:
    """The webhooks a vendor would send for what happened, signed now.

    Raises:
        ValueError: The vendor sends none to this tenant.
    """
    found = load_vendors().get(vendor)
    if found is None or found.deliver is None or tenant not in found.credentials:
        raise ValueError(f"vendor `{vendor}` sends no webhooks to tenant `{tenant}`")
    return found.deliver(session, tenant, since)
