"""GET answers carry an ETag of their content: who has it already is told so."""

import hashlib
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from include.console.answers import Refusal, answer


class TaggedRoute(APIRoute):
    """A route whose 200 can become a 304."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The route's handler with the tag around it."""
        handle = super().get_route_handler()

        async def handle_tagged(request: Request) -> Response:
            try:
                response = await handle(request)
            except Refusal as refusal:
                return answer(refusal)
            if request.method not in ("GET", "HEAD") or response.status_code != 200:
                return response
            own = response.headers.get("etag")
            tag = own or f'"{hashlib.sha256(response.body).hexdigest()[:32]}"'
            headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
            if tag in request.headers.get("if-none-match", ""):
                return Response(status_code=304, headers=headers)
            response.headers.update(headers)
            return response

        return handle_tagged
