"""The field service account of summit, read by its tenant file alone (connector `rest`)."""

from functools import partial
from typing import Any

from starlette.routing import BaseRoute

from include.sandbox.serve.session import Session
from include.sandbox.serve.vendors import Refusal, Vendor
from include.sandbox.vendors.field_service.app import FieldService
from include.sandbox.vendors.field_service.crew import Crew
from include.sandbox.world import START

TENANT = "summit"
CREDENTIALS = {TENANT: {"login": "field-service-summit", "password": "sandbox_field_secret"}}


def fetch_crew(session: Session, tenant: str) -> Crew:
    """The tenant's visits and technicians as they are now."""
    prospects, now = session.world.businesses[tenant].prospects, session.now[tenant]
    return session.state(
        "field_service", tenant, lambda: Crew(prospects, session.spec.seed, START, now)
    )


def _build_routes(session: Session) -> list[BaseRoute]:
    login = CREDENTIALS[TENANT]
    client = (login["login"], login["password"])
    return FieldService(partial(fetch_crew, session, TENANT), client).routes()


def _count(session: Session, tenant: str) -> dict[str, Any]:
    crew = fetch_crew(session, tenant)
    shifts = sum(len(rows) for rows in crew.shifts.values())
    streams = {name: len(rows) for name, rows in crew.lists.items()}
    return {"streams": {**streams, "shifts": shifts}}


def _refuse(kind: str) -> Refusal:
    codes = {"401": "invalid_token", "403": "insufficient_scope", "429": "rate_limited"}
    return int(kind), {"error": {"code": codes.get(kind, "internal")}}


VENDOR = Vendor("field_service", CREDENTIALS, _build_routes, refusal=_refuse, counts=_count)
