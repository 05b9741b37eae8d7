"""Turns views into routes: token endpoint, authentication, JSON, error bodies."""

import json
from collections.abc import Callable
from itertools import count
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from include.sandbox.vendors.google.errors import GoogleError
from include.sandbox.vendors.google.login import GoogleLogin

# (tenant, request, JSON body) -> JSON answer
View = Callable[[str, Request, dict[str, Any]], Any]


def build_consent_route(login: GoogleLogin) -> Route:
    """Where a person agrees."""
    return Route("/o/oauth2/v2/auth", login.desk.page)


def build_token_route(login: GoogleLogin) -> Route:
    """`POST /token`, form encoded."""

    async def endpoint(request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode("utf-8", "replace")))
        status, body = login.exchange(form)
        return JSONResponse(body, status)

    return Route("/token", endpoint, methods=["POST"])


def build_route(login: GoogleLogin, path: str, view: View, method: str) -> Route:
    """One method of one address; every answer carries a `request-id`."""
    numbers = count(1)

    async def endpoint(request: Request) -> Response:
        content = await request.body()
        status: int = 200
        try:
            tenant = login.authenticate(request.headers.get("authorization", ""))
            body = view(tenant, request, _parse(content))
        except GoogleError as error:
            status, body = error.status, error.body
        return JSONResponse(body, status, {"request-id": f"sandbox{next(numbers):08d}"})

    return Route(path, endpoint, methods=[method])


def _parse(content: bytes) -> dict[str, Any]:
    try:
        found = json.loads(content) if content else {}
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise GoogleError(400, "INVALID_ARGUMENT", "Invalid JSON payload received.")
    return found
