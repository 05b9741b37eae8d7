"""`/_sandbox/inbox/<name>`: keeps what is posted, for alerts to arrive somewhere one can look.

GET lists the messages, oldest first; DELETE forgets them.
"""

import json
from collections import deque

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

PATH = "/_sandbox/inbox"
MOST = 1000


class Inbox:
    """Messages by name, the last thousand of each."""

    def __init__(self) -> None:
        self._kept: dict[str, deque[object]] = {}

    def routes(self) -> list[Route]:
        return [Route("/inbox/{name}", self._take, methods=["GET", "POST", "DELETE"])]

    async def _take(self, request: Request) -> Response:
        name = request.path_params["name"]
        if request.method == "DELETE":
            self._kept.pop(name, None)
        elif request.method == "POST":
            try:
                message = json.loads(await request.body())
            except ValueError:
                return JSONResponse({"error": "the body is no JSON"}, 400)
            self._kept.setdefault(name, deque(maxlen=MOST)).append(message)
            return JSONResponse({"ok": True}, 202)
        return JSONResponse({"messages": list(self._kept.get(name, ()))})
