"""Service tokens of a tenant: made, listed and taken back by its operators."""

from datetime import datetime
from typing import Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from include.console.answers import ProblemAnswer, Refusal, not_found
from include.console.api import models
from include.console.api.models import NO_NUL
from include.console.api.routes import Asking
from include.console.api.setup_models import Strict
from include.console.api.tagged import TaggedRoute
from include.console.tokens import fetch_tokens, run_make, run_revoke
from include.console.visitor import Visitor
from include.ledger.audit import run_record_audit

REFUSALS: dict[int | str, dict[str, Any]] = {
    status: {"model": ProblemAnswer} for status in (401, 403, 404, 409, 422, 429, 503)
}
# Not repeatable: what is remembered would hold the token.
router = APIRouter(prefix="/api/v1", route_class=TaggedRoute, responses=REFUSALS)


class NewToken(Strict):
    name: str = Field(min_length=1, max_length=60, pattern=NO_NUL)
    scope: Literal["read", "write"] = "read"
    days: int | None = Field(365, ge=1, le=3650, description="None: until it is taken back.")


class TokenOut(BaseModel):
    token_id: int
    tenant: str
    name: str
    scope: str
    made_by: str
    made_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    revoked_by: str | None


class MadeToken(BaseModel):
    """`token` is shown this once."""

    token_id: int
    token: str


def _administer(visitor: Visitor, tenant: str) -> str:
    visitor.act(tenant)
    if visitor.person.is_token:
        words = ("A token makes no tokens.", "Log in as an operator of the tenant.")
        raise Refusal(403, "forbidden", *words)
    return visitor.person.name


@router.get("/tenants/{tenant}/tokens")
def read_tokens(visitor: Asking, tenant: str) -> models.Listed[TokenOut]:
    """Who may come as a program, and until when."""
    _administer(visitor, tenant)
    with visitor.open_registry(tenant, read_only=True).connect() as connection:
        rows = fetch_tokens(connection, tenant)
    return models.Listed(items=[TokenOut(**row) for row in rows])


@router.post("/tenants/{tenant}/tokens", status_code=201)
def make_token(visitor: Asking, tenant: str, body: NewToken) -> MadeToken:
    """A new one, for `Authorization: Bearer`; it reads or changes this tenant alone."""
    who = _administer(visitor, tenant)
    with visitor.open_registry(tenant).connect() as connection:
        said = (who, body.days)
        number, token = run_make(connection, tenant, body.name, body.scope, said)
        about = {"token": number, "name": body.name, "scope": body.scope, "days": body.days}
        run_record_audit(connection, who, tenant, "token.make", about)
    return MadeToken(token_id=number, token=token)


@router.delete("/tenants/{tenant}/tokens/{token}")
def revoke_token(visitor: Asking, tenant: str, token: int) -> models.Done:
    """Take it back; the next request with it is refused."""
    who = _administer(visitor, tenant)
    with visitor.open_registry(tenant).connect() as connection:
        if not (abs(token) < 2**62 and run_revoke(connection, tenant, token, who)):
            raise not_found()
        run_record_audit(connection, who, tenant, "token.revoke", {"token": token})
    return models.Done(done="revoked")
