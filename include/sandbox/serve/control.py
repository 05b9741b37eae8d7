"""Control routes under `/_sandbox`: faults, request log, advance, acts, webhooks, health."""

import asyncio
import json
import urllib.error
import urllib.request
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from include.core.clock import format_instant, parse_instant
from include.sandbox.serve.faults import Faults
from include.sandbox.serve.happenings import build_deliveries, run_act, run_advance
from include.sandbox.serve.inbox import Inbox
from include.sandbox.serve.middleware import Misbehaviour
from include.sandbox.serve.session import Session
from include.sandbox.serve.vendors import Delivery
from include.sandbox.truth.now import build_truth_of_now

POST_S = 10


class Control:
    """The routes; `middleware` is set by the server once it exists."""

    def __init__(self, session: Session, faults: Faults) -> None:
        self.session, self.faults = session, faults
        self.inbox = Inbox()
        self.middleware: Misbehaviour | None = None

    def routes(self) -> list[Route]:
        return [
            Route("/health", self._health),
            Route("/truth", self._truth),
            Route("/faults", self._faults, methods=["GET", "POST", "DELETE"]),
            Route("/requests", self._requests, methods=["GET", "DELETE"]),
            Route("/advance", self._advance, methods=["POST"]),
            Route("/act", self._act, methods=["POST"]),
            Route("/webhooks", self._webhooks, methods=["POST"]),
            *self.inbox.routes(),
        ]

    async def _health(self, request: Request) -> Response:
        spec = self.session.spec
        now = {tenant: format_instant(at) for tenant, at in self.session.now.items()}
        return JSONResponse({"ok": True, "size": spec.size, "seed": spec.seed, "now": now})

    async def _truth(self, request: Request) -> Response:
        """Built anew each time, in seconds: what happened a moment ago is in it."""
        with self.session.lock:
            return JSONResponse(build_truth_of_now(self.session))

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
            answer = run_advance(
                self.session, str(body.get("tenant")), int(body.get("changes", 10)), at
            )
        except (ValueError, TypeError) as error:
            return JSONResponse({"error": str(error)}, 400)
        return JSONResponse(answer)

    async def _act(self, request: Request) -> Response:
        """`{vendor, tenant, what, at?}`: one thing happens."""
        try:
            body = await _read_object(request)
            at = parse_instant(body["at"]) if body.get("at") else None
            words = [str(body.get(name)) for name in ("vendor", "tenant", "what")]
            return JSONResponse(run_act(self.session, words[0], words[1], words[2], at))
        except (ValueError, TypeError) as error:
            return JSONResponse({"error": str(error)}, 400)

    async def _webhooks(self, request: Request) -> Response:
        """`{vendor, tenant, since?, url?}`: the vendor's webhooks, posted to `url` or answered."""
        try:
            body = await _read_object(request)
            since = parse_instant(body["since"]) if body.get("since") else None
            made = build_deliveries(
                self.session, str(body.get("vendor")), str(body.get("tenant")), since
            )
            if not str(body.get("url", "http://")).startswith(("http://", "https://")):
                raise ValueError("`url` is no http address")
        except (ValueError, TypeError) as error:
            return JSONResponse({"error": str(error)}, 400)
        if body.get("url"):
            statuses = await asyncio.to_thread(post_all, str(body["url"]), made)
            return JSONResponse({"statuses": statuses})
        listed = [{"headers": dict(one.headers), "body": one.body} for one in made]
        return JSONResponse({"deliveries": listed})


def post_all(url: str, deliveries: list[Delivery]) -> list[int]:
    """Send each; the answers' statuses, 0 where there was none."""
    statuses = []
    for one in deliveries:
        asked = urllib.request.Request(  # noqa: S310 the scheme was checked
            url, one.body.encode(), dict(one.headers), method="POST"
        )
        try:
            with urllib.request.urlopen(asked, timeout=POST_S) as answer:  # noqa: S310
                statuses.append(answer.status)
        except urllib.error.HTTPError as error:
            statuses.append(error.code)
        except OSError:
            statuses.append(0)
    return statuses


async def _read_object(request: Request) -> dict[str, Any]:
    body = json.loads(await request.body())
    if not isinstance(body, dict):
        raise ValueError("expected a JSON object")
    return body
