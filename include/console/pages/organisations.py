"""Organisations: which there are, whose tenants are whose, who is a member; and an invitation."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from include.console.access import ROLES
from include.console.api.organisations import Org, fetch_mine, fetch_one
from include.console.api.routes import Asking
from include.console.pages.render import PageRoute, render
from include.ledger.stores import organisations as store
from include.ledger.stores.organisations import AUDITED

router = APIRouter(route_class=PageRoute, include_in_schema=False)

_AUDIT = """
select at, who, what, about from elt_ops.console_audit where tenant = %s
order by audit_id desc limit 100
"""


@router.get("/organisations")
def show_organisations(request: Request, visitor: Asking) -> Response:
    """Those the visitor belongs to; an administrator makes new ones."""
    return render(
        request,
        "organisations.html",
        organisations=fetch_mine(visitor),
        is_admin=visitor.person.is_admin,
    )


@router.get("/organisations/{org}")
def show_organisation(request: Request, visitor: Asking, org: Org) -> Response:
    """Tenants, members, invitations, and what was changed of them."""
    visitor.manage(org)
    with visitor.fleet.keep_platform_warehouse().connect() as connection:
        found = fetch_one(connection, org)
        members = store.fetch_members(connection, org)
        invitations = store.fetch_invitations(connection, org)
        audit = connection.execute(_AUDIT, [AUDITED.format(org=org)]).fetchall()
    return render(
        request,
        "organisation.html",
        organisation=found,
        members=members,
        invitations=invitations,
        audit=audit,
        roles=ROLES,
        known=sorted(visitor.tenants),
        is_admin=visitor.person.is_admin,
    )


@router.get("/invitation")
def show_invitation(request: Request, visitor: Asking) -> Response:
    """Where a link ends; its secret stands behind `#` and never comes here with the address."""
    return render(request, "invitation.html")
