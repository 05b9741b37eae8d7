"""The address vendors send people back to after they have agreed, or not."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from include.console.api.routes import Asking
from include.console.consent import CALLBACK, run_end_consent
from include.console.pages.render import PageRoute

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get(CALLBACK)
def end_consent(
    request: Request, visitor: Asking, state: Annotated[str, Query(max_length=200)] = ""
) -> Response:
    """On to the feed the consent was begun at; nothing of the address decides where that is."""
    begun = run_end_consent(visitor, state, request.url.query)
    root = str(request.scope.get("root_path", ""))
    where = f"{root}/tenants/{begun.tenant}/feeds/{begun.feed}/edit?connected=1"
    return RedirectResponse(where, 303)
