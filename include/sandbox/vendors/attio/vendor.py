"""The Attio workspace of acme: its trade customers, their people, and what they might buy."""

from functools import partial

from starlette.routing import BaseRoute

from include.sandbox.economy_views import fetch_desk
from include.sandbox.serve.session import Session
from include.sandbox.serve.vendors import Refusal, Vendor
from include.sandbox.vendors.attio.app import AttioApi
from include.sandbox.vendors.attio.workspace import Workspace
from include.sandbox.world import START

CREDENTIALS = {"acme": {"workspace": "acme", "password": "attio_sandbox_acme"}}


def fetch_workspace(session: Session, tenant: str) -> Workspace:
    """The tenant's workspace as it is now."""
    slug = CREDENTIALS[tenant]["workspace"]
    return session.state(
        "attio",
        tenant,
        lambda: Workspace(fetch_desk(session), session.spec.seed, START, session.now[tenant], slug),
    )


def _build_routes(session: Session) -> list[BaseRoute]:
    found = {
        login["password"]: partial(fetch_workspace, session, tenant)
        for tenant, login in CREDENTIALS.items()
    }
    return AttioApi(found).routes()


def _count(session: Session, tenant: str) -> dict[str, dict[str, int]]:
    workspace = fetch_workspace(session, tenant)
    counts = {name: len(records) for name, records in workspace.objects.items()}
    for name in ("notes", "tasks", "lists"):
        counts[name] = len(getattr(workspace, name))
    counts["list_entries"] = sum(len(entries) for entries in workspace.entries.values())
    return {"streams": counts}


def _records(session: Session, tenant: str) -> dict[str, list[str]]:
    return fetch_workspace(session, tenant).parties


def _refuse(kind: str) -> Refusal:
    if kind == "429":
        code, message = "rate_limit_exceeded", "Rate limit exceeded, please try again later."
        body = {"status_code": 429, "type": "rate_limit_error", "code": code, "message": message}
        return 429, body
    if kind in ("401", "403"):
        code = "unauthorized" if kind == "401" else "insufficient_scopes"
        body = {"status_code": int(kind), "type": "auth_error", "code": code, "message": "Refused."}
        return int(kind), body
    message = "Something went wrong."
    return 500, {"status_code": 500, "type": "api_error", "code": "unknown", "message": message}


VENDOR = Vendor(
    "attio",
    CREDENTIALS,
    _build_routes,
    refusal=_refuse,
    counts=_count,
    records=_records,
)
