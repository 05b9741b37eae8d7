"""HTTP face of the crew: OAuth with client credentials, pages by an opaque cursor, totals."""

import base64
import binascii
from collections.abc import Callable
from datetime import datetime

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from include.core.clock import format_instant, parse_instant
from include.sandbox.serve.logins import TokenChain, read_basic
from include.sandbox.vendors.field_service.crew import Crew, Json

MOST = 100
DEFAULT = 25
TOKEN_S = 3600
SCOPE = "visits.read"


class FieldServiceError(Exception):
    """An answer that is not 200."""

    def __init__(self, status: int, code: str) -> None:
        self.status, self.code = status, code
        super().__init__(code)


class FieldService:
    """One client's view."""

    def __init__(self, fetch_crew: Callable[[], Crew], client: tuple[str, str]) -> None:
        self._fetch_crew, self._client = fetch_crew, client
        self._tokens = TokenChain(f"field_service/{client[0]}")

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/oauth/token", self._token, methods=["POST"]),
            Route("/v1/technicians", self._answer(self._list("technicians"))),
            Route("/v1/visits", self._answer(self._list("visits"))),
            Route("/v1/technicians/{id}/shifts", self._answer(self._shifts)),
            Route("/{rest:path}", self._answer(_unknown)),
        ]

    async def _token(self, request: Request) -> Response:
        form = await request.form()
        if read_basic(request.headers.get("authorization", "")) != self._client:
            return JSONResponse({"error": "invalid_client"}, 401)
        if form.get("grant_type") != "client_credentials":
            return JSONResponse({"error": "unsupported_grant_type"}, 400)
        if form.get("scope") != SCOPE:
            return JSONResponse({"error": "invalid_scope"}, 400)
        token = self._tokens.access_token()
        return JSONResponse({"access_token": token, "expires_in": TOKEN_S, "token_type": "Bearer"})

    def _answer(self, view: Callable[[Crew, Request], Json]) -> Callable[[Request], Response]:
        def endpoint(request: Request) -> Response:
            kind, _, token = request.headers.get("authorization", "").partition(" ")
            try:
                if kind != "Bearer" or not self._tokens.accepts(token):
                    raise FieldServiceError(401, "invalid_token")
                return JSONResponse(view(self._fetch_crew(), request))
            except FieldServiceError as error:
                return JSONResponse({"error": {"code": error.code}}, error.status)

        return endpoint

    def _list(self, name: str) -> Callable[[Crew, Request], Json]:
        def view(crew: Crew, request: Request) -> Json:
            since, before = (_instant(request, n) for n in ("updated_since", "updated_before"))
            rows = [
                row
                for row in crew.lists[name]
                if (since is None or row["updated_at"] >= since)
                and (before is None or row["updated_at"] < before)
            ]
            return _page(rows, request)

        return view

    def _shifts(self, crew: Crew, request: Request) -> Json:
        technician = request.path_params["id"]
        if technician not in crew.shifts:
            raise FieldServiceError(404, "not_found")
        return _page(crew.shifts[technician], request)


def _unknown(crew: Crew, request: Request) -> Json:
    raise FieldServiceError(404, "not_found")


def _instant(request: Request, name: str) -> str | None:
    """The parameter in the spelling of the rows."""
    text = request.query_params.get(name)
    try:
        found: datetime | None = parse_instant(text) if text else None
    except ValueError:
        raise FieldServiceError(400, "invalid_instant") from None
    return format_instant(found) if found else None


def _page(rows: list[Json], request: Request) -> Json:
    try:
        limit = int(request.query_params.get("limit", DEFAULT))
        cursor = request.query_params.get("cursor", "")
        first = int(base64.urlsafe_b64decode(cursor).decode().removeprefix("row:")) if cursor else 0
    except (ValueError, binascii.Error):
        raise FieldServiceError(400, "invalid_cursor") from None
    if not 1 <= limit <= MOST:
        raise FieldServiceError(400, "invalid_limit")
    last = first + limit
    following = base64.urlsafe_b64encode(f"row:{last}".encode()).decode()
    meta = {"total": len(rows), "next_cursor": following if last < len(rows) else None}
    return {"data": rows[first:last], "meta": meta}
