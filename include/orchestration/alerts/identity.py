"""News of identities: a broken list of decisions, and runs that have warned; each told once.

Never raises: the build is what it is, and news must not turn its task red.
"""

import hashlib
import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from include.config.models import Tenant
from include.config.settings import load_settings
from include.core import naming
from include.core.clock import utcnow
from include.orchestration.run_request import read_origin

log = logging.getLogger(__name__)


def notify_identity(tenant: Tenant, since: datetime, context: Mapping[str, Any]) -> int:
    """Tell what the tenant's file and the runs since then have to tell; returns alerts stored."""
    try:
        return _notify(tenant, since, context)
    except Exception as error:
        log.warning("identity news not told tenant=%s reason=%s", tenant.id, type(error).__name__)
        return 0


def _notify(tenant: Tenant, since: datetime, context: Mapping[str, Any]) -> int:
    from include.destinations.postgres.identity.runs import fetch_warnings
    from include.orchestration.alerts.failure import run_store
    from include.orchestration.connections import build_warehouse

    shown = load_settings().shown
    told = [f"{shown(one.path)}:{one.line}: {one.message}" for one in tenant.notices]
    with build_warehouse(tenant).connect() as connection:
        warned = fetch_warnings(connection, tenant.id, since)
    told += [
        f"identity of {kind} ended with {count} warnings; they are in the task's log and in "
        f"`{naming.identity_schema(tenant.id)}.runs`."
        for kind, count in warned.items()
    ]
    return sum(run_store(build_identity_signal(tenant, text, context)) for text in told)


def build_identity_signal(tenant: Tenant, message: str, context: Mapping[str, Any]) -> Any:
    """One piece of news; the same words are the same news, whichever run repeats them."""
    from include.alerts.signal import Signal

    return Signal(
        type="identity",
        tenant=tenant.id,
        message=message,
        at=utcnow(),
        subject=hashlib.sha256(message.encode()).hexdigest()[:16],
        log_url=getattr(context["ti"], "log_url", None),
        origin=read_origin(context),
    )
