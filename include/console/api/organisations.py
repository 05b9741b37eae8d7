"""Organisations, their tenants, their members. Administrators make them; their own run them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field
from starlette.responses import Response

from include.console.answers import Refusal, not_found
from include.console.api import models
from include.console.api.models import NO_NUL
from include.console.api.repeatable import RepeatableRoute
from include.console.api.routes import Asking
from include.console.api.setup import REFUSALS, Match
from include.console.api.setup_models import Strict
from include.console.visitor import Visitor
from include.core.naming import TENANT_PATTERN
from include.ledger.audit import run_record_audit
from include.ledger.connection import Connection
from include.ledger.stores import organisations as store
from include.ledger.stores.organisations import AUDITED, Member, Organisation

router = APIRouter(prefix="/api/v1", route_class=RepeatableRoute, responses=REFUSALS)
Org = Annotated[str, Path(pattern=TENANT_PATTERN)]
Who = Annotated[str, Path(max_length=200, pattern=NO_NUL)]
Role = Literal["viewer", "operator", "admin"]
ONE = "/organisations/{org}"


class OrganisationOut(BaseModel):
    org: str
    name: str
    version: int
    who: str
    at: datetime
    tenants: list[str]


class NewOrganisation(Strict):
    org: str = Field(pattern=TENANT_PATTERN)
    name: str = Field(min_length=1, max_length=100, pattern=NO_NUL)


class OrganisationChange(Strict):
    name: str = Field(min_length=1, max_length=100, pattern=NO_NUL)
    tenants: list[Annotated[str, Field(pattern=TENANT_PATTERN)]] = Field(
        max_length=5_000, description="All of them; each leaves the organisation it was of."
    )


class MemberOut(BaseModel):
    """`tenant` is empty for all of the organisation's."""

    who: str
    tenant: str
    role: Role


class MemberIn(Strict):
    role: Role
    tenant: str = Field("", max_length=21, description="Empty: every tenant of it.")


def fetch_one(connection: Connection, org: str) -> Organisation:
    """The organisation.

    Raises:
        Refusal: 404.
    """
    found = store.fetch_organisations(connection, org)
    if not found:
        raise not_found()
    return found[0]


@contextmanager
def changing(visitor: Visitor, org: str, what: str, about: dict[str, Any]) -> Iterator[Connection]:
    """A transaction on what says who may see what, with its audit line; holds from then on."""
    with visitor.fleet.keep_platform_warehouse().connect() as connection:
        yield connection
        run_record_audit(connection, visitor.person.name, AUDITED.format(org=org), what, about)
    visitor.fleet.access.forget()


def check_tenant(one: Organisation, tenant: str) -> None:
    """Raises:
    Refusal: 422 for a tenant that is not the organisation's.
    """
    if tenant and tenant not in one.tenants:
        words = (f"`{tenant}` is no tenant of this organisation.", "Leave it empty for all.")
        raise Refusal(422, "invalid", *words)


def fetch_mine(visitor: Visitor) -> list[Organisation]:
    """Those the visitor belongs to; an administrator's are all."""
    with visitor.fleet.keep_platform_warehouse().connect() as connection:
        found = store.fetch_organisations(connection)
    return [one for one in found if visitor.belongs(one.org)]


@router.get("/organisations")
def read_organisations(visitor: Asking) -> models.Listed[OrganisationOut]:
    """Those you belong to."""
    return models.Listed(items=[_show(one) for one in fetch_mine(visitor)])


@router.post("/organisations", status_code=201)
def add_organisation(visitor: Asking, body: NewOrganisation, response: Response) -> OrganisationOut:
    """A new one, without tenants, by an administrator."""
    visitor.administer()
    with changing(visitor, body.org, "organisation.add", {"name": body.name}) as connection:
        if not store.run_add_organisation(connection, body.org, body.name, visitor.person.name):
            words = (f"There is an organisation `{body.org}`.", "Give it another id.")
            raise Refusal(409, "exists", *words)
        made = fetch_one(connection, body.org)
    response.headers["ETag"] = _tag(made)
    return _show(made)


@router.get(ONE)
def read_organisation(visitor: Asking, org: Org, response: Response) -> OrganisationOut:
    """One, with its tenants; its ETag is what a change of it asks for."""
    visitor.manage(org)
    with visitor.fleet.keep_platform_warehouse().connect() as connection:
        found = fetch_one(connection, org)
    response.headers["ETag"] = _tag(found)
    return _show(found)


@router.put(ONE)
def change_organisation(
    visitor: Asking, org: Org, body: OrganisationChange, response: Response, if_match: Match = None
) -> OrganisationOut:
    """Its name and its tenants, by an administrator: who has a tenant decides who sees it."""
    visitor.manage(org)
    visitor.administer()
    unknown = sorted(set(body.tenants) - visitor.tenants.keys())
    if unknown:
        words = (f"There is no tenant `{unknown[0]}`.", "Correct it; nothing was changed.")
        raise Refusal(422, "invalid", *words)
    about = body.model_dump()
    with changing(visitor, org, "organisation.change", about) as connection:
        before = _match(fetch_one(connection, org), if_match)
        who = visitor.person.name
        store.run_change_organisation(connection, before, body.name, body.tenants, who)
        after = fetch_one(connection, org)
    response.headers["ETag"] = _tag(after)
    return _show(after)


@router.delete(ONE)
def remove_organisation(visitor: Asking, org: Org, if_match: Match = None) -> models.Done:
    """With its members and invitations; its tenants stay and are of none."""
    visitor.manage(org)
    visitor.administer()
    with changing(visitor, org, "organisation.remove", {}) as connection:
        before = _match(fetch_one(connection, org), if_match)
        store.run_remove_organisation(connection, before)
    return models.Done(done="removed")


@router.get(f"{ONE}/members")
def read_members(visitor: Asking, org: Org) -> models.Listed[MemberOut]:
    """Who belongs to it, and how far."""
    visitor.manage(org)
    with visitor.fleet.keep_platform_warehouse().connect() as connection:
        fetch_one(connection, org)
        rows = store.fetch_members(connection, org)
    return models.Listed(items=[MemberOut(who=r.who, tenant=r.tenant, role=r.role) for r in rows])


@router.put(f"{ONE}/members/{{who}}")
def change_member(visitor: Asking, org: Org, who: Who, body: MemberIn) -> models.Done:
    """Another role for somebody who belongs to it already; others are invited."""
    visitor.manage(org)
    about = {"member": who, **body.model_dump()}
    with changing(visitor, org, "member.change", about) as connection:
        one = fetch_one(connection, org)
        if all(known.who != who for known in store.fetch_members(connection, org)):
            raise not_found()
        check_tenant(one, body.tenant)
        member = Member(org, who, body.tenant, body.role)
        store.run_set_member(connection, member, visitor.person.name)
    return models.Done(done="changed")


@router.delete(f"{ONE}/members/{{who}}")
def remove_member(visitor: Asking, org: Org, who: Who) -> models.Done:
    """They belong to it no longer; their next request sees none of it."""
    visitor.manage(org)
    with changing(visitor, org, "member.remove", {"member": who}) as connection:
        count = store.run_remove_member(connection, org, who)
        if not count:
            raise not_found()
    return models.Done(done="removed", count=count)


def _match(found: Organisation, match: str | None) -> Organisation:
    if match is None:
        words = ("The change does not say what it was made from.", "Send If-Match with the ETag.")
        raise Refusal(428, "no_if_match", *words)
    if match.strip() not in ("*", _tag(found)):
        words = ("Somebody else has changed it meanwhile.", "Read it again, then change it.")
        raise Refusal(412, "overtaken", *words)
    return found


def _tag(found: Organisation) -> str:
    return f'"v{found.version}"'


def _show(found: Organisation) -> OrganisationOut:
    return OrganisationOut(
        org=found.org,
        name=found.name,
        version=found.version,
        who=found.who,
        at=found.at,
        tenants=found.tenants,
    )
