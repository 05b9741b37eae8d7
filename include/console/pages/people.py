"""A tenant's settings, who and what comes to it, and what was changed; and a new tenant."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from include.config.tenant.registered import dump
from include.console.api.routes import Asking
from include.console.api.setup import read_audit, read_settings
from include.console.api.tokens import read_tokens
from include.console.pages.render import PageRoute, render
from include.pipeline.forget.files import NOT_LOOKED_AT

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/tenants/{tenant}/people")
def show_people(request: Request, visitor: Asking, tenant: str) -> Response:
    """Settings and where they are from, service tokens, the audit log."""
    owner = visitor.see(tenant)
    may_act = visitor.may_act(tenant) and not visitor.person.is_token
    settings = read_settings(visitor, tenant, Response())
    return render(
        request,
        "people.html",
        tenant=owner,
        settings=settings,
        text=dump(settings.spec),
        tokens=read_tokens(visitor, tenant).items if may_act else [],
        audit=read_audit(visitor, tenant, 100).items,
        may_act=may_act,
        may_forget=may_act and visitor.person.is_admin,
    )


@router.get("/tenants/{tenant}/forget")
def show_forget(request: Request, visitor: Asking, tenant: str) -> Response:
    """Where an administrator erases a person, after a look at what that would change."""
    owner = visitor.act(tenant)
    visitor.administer()
    return render(request, "forget.html", tenant=owner, not_looked_at=NOT_LOOKED_AT)


@router.get("/new-tenant")
def show_new_tenant(request: Request, visitor: Asking) -> Response:
    """The form of an administrator."""
    visitor.administer()
    return render(request, "new_tenant.html")
