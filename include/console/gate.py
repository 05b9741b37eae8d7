"""The one gate: below `/elt` nothing answers a stranger but webhooks and the two health checks.

It stands before the routes, so that a route somebody adds tomorrow is behind it as well.
"""

import logging
from urllib.parse import quote, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from include.console import tokens
from include.console.answers import Refusal, answer
from include.console.board import Board
from include.console.doors import Doors
from include.console.fleet import Fleet
from include.console.people import Person
from include.console.visitor import Visitor
from include.console.webhooks.limits import Limits

log = logging.getLogger(__name__)

OPEN = ("/api/v1/health", "/api/v1/ready")
OPEN_BELOW = "/webhooks/"
SAFE = ("GET", "HEAD", "OPTIONS")
# A form of another site cannot set it; a script must ask the browser first, and is refused.
CSRF_HEADER = "x-elt-csrf"
SECURITY = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
# As ASGI has them: every answer carries them.
GUARDS = [
    (name.lower().encode(), value.encode())
    for name, value in {**SECURITY, "Cache-Control": "private, no-store"}.items()
]


def build_limits() -> Limits:
    """Writes of one person: two a second for long, 120 at once."""
    return Limits(2.0, 120.0)


class Gate:
    """ASGI middleware: who asks, may they write, and what a browser must not do with the answer."""

    def __init__(self, app: ASGIApp, doors: Doors, fleet: Fleet) -> None:
        self.app, self._doors, self._fleet = app, doors, fleet
        self._board, self._limits = Board(fleet), build_limits()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":  # no websockets here
            return
        path = read_path(scope)
        if path in OPEN or path.startswith(OPEN_BELOW):
            await self.app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                known = {name.lower() for name, _ in message["headers"]}
                more = [one for one in GUARDS if one[0] not in known]
                message = {**message, "headers": [*message["headers"], *more]}
            await send(message)

        refused = await self._admit(scope, receive, path)
        await (refused or self.app)(scope, receive, send_guarded)

    async def _admit(self, scope: Scope, receive: Receive, path: str) -> Response | None:
        """None lets the request in, with `request.state.visitor` set."""
        request = Request(scope, receive)
        try:
            person = await self._fetch_person(request)
        except Exception:
            log.exception("nobody is let in")
            person = None
        if person is None:
            if not path.startswith("/api/") and request.method == "GET":
                return self._send_to_login(request, path)
            words = ("Airflow does not know you.", "Send `Authorization: Bearer <token>`.")
            return answer(Refusal(401, "not_logged_in", *words))
        if request.method not in SAFE and person.has_cookie and _is_forged(request):
            words = (
                "The request does not come from this site.",
                f"Send the header `{CSRF_HEADER}`.",
            )
            return answer(Refusal(403, "forged", *words))
        if request.method not in SAFE and not self._limits.take(("write", person.name)):
            words = ("You change too much at once.", "Wait some seconds, then go on.")
            return answer(Refusal(429, "too_many", *words))
        scope.setdefault("state", {})["visitor"] = Visitor(person, self._fleet, self._board)
        return None

    async def _fetch_person(self, request: Request) -> Person | None:
        header = request.headers.get("authorization", "")
        if tokens.is_ours(header):
            return await run_in_threadpool(tokens.fetch_bearer, self._fleet, header)
        return await self._doors.fetch_person(request)

    def _send_to_login(self, request: Request, path: str) -> Response:
        prefix = urlsplit(self._doors.base_url).path.rstrip("/")
        query = f"?{request.url.query}" if request.url.query else ""
        target = quote(f"{self._doors.base_url}/elt{path}{query}", safe="")
        return RedirectResponse(f"{prefix}/auth/login?next={target}", 303)


def read_path(scope: Scope) -> str:
    """The path below the mount."""
    path, root = str(scope["path"]), str(scope.get("root_path", ""))
    return path[len(root) :] if root and path.startswith(f"{root}/") else path


def _is_forged(request: Request) -> bool:
    site = request.headers.get("sec-fetch-site")
    if site not in (None, "same-origin", "none"):
        return True
    return request.headers.get(CSRF_HEADER) is None
