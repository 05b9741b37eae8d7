"""Control routes under `/_sandbox`: faults, request log, advance, health."""

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from include.core.clock import format_instant, parse_instant
from include.sandbox.faults import Faults
from include.sandbox.middleware import Misbehaviour
from include.sandbox.session import Session


class Control:
    """The routes; `middleware` is set by the server once it exists."""

    def __init__(self, session: Session, faults: Faults) -> None:
        self.session, self.faults = session, faults
        self.middleware: Misbehaviour | None = None

    def routes(self) -> list[Route]:
        return [
            Route("/health", self._health),
            Route("/faults", self._faults, methods=["GET", "POST", "DELETE"]),
            Route("/requests", self._requests, methods=["GET", "DELETE"]),
            Route("/advance", self._advance, methods=["POST"]),
        ]

    async def _health(self, request: Request) -> Response:
        spec = self.session.spec
        now = {tenant: format_instant(at) for tenant, at in self.session.now.items()}
        return JSONResponse({"ok": True, "size": spec.size, "seed": spec.seed, "now": now})

    async def _faults(self, request: Request) -> Response:
        if request.method == "DELETE":
            self.faults.active.clear()
        elif request.method == "POST":
            try:
                self.faults.add(await _read_object(request))
            except (ValueError, TypeError) as error:
                return JSONResponse({"error": str(error)}, 400)
        return JSONResponse({"faults": self.faults.listed()})

    async def _requests(self, request: Request) -> Response:
        assert self.middleware is not None
        if request.method == "DELETE":
            self.middleware.log.clear()
        wanted = request.query_params.get("vendor")
        found = [entry for entry in self.middleware.log if wanted in (None, entry["vendor"])]
        return JSONResponse({"requests": found})

    async def _advance(self, request: Request) -> Response:
        try:
            body = await _read_object(request)
            at = parse_instant(body["at"]) if body.get("at") else None
            answer = self.session.advance(str(body.get("tenant")), int(body.get("changes", 10)), at)
        except (ValueError, TypeError) as error:
            return JSONResponse({"error": str(error)}, 400)
        return JSONResponse(answer)


async def _read_object(request: Request) -> dict[str, Any]:
    body = json.loads(await request.body())
    if not isinstance(body, dict):
        raise ValueError("expected a JSON object")
    return body
