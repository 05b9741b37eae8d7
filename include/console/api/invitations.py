"""Invitations: a link that is shown once and makes whoever is logged in a member, once, in time."""

import secrets
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from include.console.answers import Refusal, not_found
from include.console.api import models
from include.console.api.models import NO_NUL
from include.console.api.organisations import (
    ONE,
    MemberIn,
    MemberOut,
    Org,
    changing,
    check_tenant,
    fetch_one,
)
from include.console.api.routes import Asking
from include.console.api.setup import REFUSALS
from include.console.api.setup_models import Strict
from include.console.api.tagged import TaggedRoute
from include.console.tokens import build_digest
from include.ledger.audit import run_record_audit
from include.ledger.stores import organisations as store
from include.ledger.stores.organisations import AUDITED, Member

# Not repeatable: what is remembered would hold the link.
router = APIRouter(prefix="/api/v1", route_class=TaggedRoute, responses=REFUSALS)
PREFIX = "join_"


class NewInvitation(MemberIn):
    note: str = Field("", max_length=100, pattern=NO_NUL, description="Whom it is for.")
    days: int = Field(7, ge=1, le=30)


class MadeInvitation(BaseModel):
    """`link` is shown this once."""

    invitation_id: int
    link: str


class InvitationOut(BaseModel):
    invitation_id: int
    org: str
    tenant: str
    role: str
    note: str
    made_by: str
    made_at: datetime
    expires_at: datetime
    accepted_by: str | None
    accepted_at: datetime | None
    revoked_at: datetime | None


class Acceptance(Strict):
    token: Annotated[str, Field(min_length=1, max_length=200, pattern=NO_NUL)]


@router.get(f"{ONE}/invitations")
def read_invitations(visitor: Asking, org: Org) -> models.Listed[InvitationOut]:
    """The newest first, without their links."""
    visitor.manage(org)
    with visitor.fleet.keep_platform_warehouse().connect() as connection:
        fetch_one(connection, org)
        rows = store.fetch_invitations(connection, org)
    return models.Listed(items=[InvitationOut(**row) for row in rows])


@router.post(f"{ONE}/invitations", status_code=201)
def invite(visitor: Asking, org: Org, body: NewInvitation) -> MadeInvitation:
    """A link for one person. It says nothing by itself: who opens it logs in to Airflow first."""
    visitor.manage(org)
    token = PREFIX + secrets.token_urlsafe(32)
    with changing(visitor, org, "invitation.make", body.model_dump()) as connection:
        check_tenant(fetch_one(connection, org), body.tenant)
        wanted = Member(org, "", body.tenant, body.role)
        said = (build_digest(token), body.note, visitor.person.name, body.days)
        number = store.run_invite(connection, wanted, said)
    # Behind `#`: browsers send it to no server, so no log keeps it.
    link = f"{visitor.fleet.doors.base_url}/elt/invitation#{token}"
    return MadeInvitation(invitation_id=number, link=link)


@router.delete(f"{ONE}/invitations/{{invitation}}")
def revoke_invitation(visitor: Asking, org: Org, invitation: int) -> models.Done:
    """Nobody can accept it any more."""
    visitor.manage(org)
    with changing(visitor, org, "invitation.revoke", {"invitation": invitation}) as connection:
        is_number = abs(invitation) < 2**62
        if not (is_number and store.run_revoke_invitation(connection, org, invitation)):
            raise not_found()
    return models.Done(done="revoked")


@router.post("/invitations/accept")
def accept_invitation(visitor: Asking, body: Acceptance) -> MemberOut:
    """Become a member as the person who is logged in; the link is used up."""
    if visitor.person.is_token:
        words = ("A program is no member.", "Log in as a person.")
        raise Refusal(403, "forbidden", *words)
    who = visitor.person.name
    with visitor.fleet.keep_platform_warehouse().connect() as connection:
        found = store.run_accept(connection, build_digest(body.token), who)
        if found is None:
            words = ("This invitation is used up, taken back or too old.", "Ask for a new one.")
            raise Refusal(404, "not_found", *words)
        about = {"member": who, "tenant": found.tenant, "role": found.role}
        place = AUDITED.format(org=found.org)
        run_record_audit(connection, who, place, "invitation.accept", about)
    visitor.fleet.access.forget()
    return MemberOut(who=who, tenant=found.tenant, role=found.role)
