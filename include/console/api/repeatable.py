"""`Idempotency-Key`: a write that is sent again is done once and answered as the first time.

Only what succeeded is remembered, for a day: what was refused or failed may be sent again.
"""

import hashlib
from collections.abc import Callable, Coroutine
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from include.console.answers import Refusal, answer
from include.console.api.tagged import TaggedRoute
from include.ledger.connection import Warehouse

HEADER = "idempotency-key"
LONGEST = 200
_FORGET = """
delete from elt_ops.given_answers where at < now() - interval '1 day'
    or (status is null and at < now() - interval '5 minutes')
"""


class RepeatableRoute(TaggedRoute):
    """A route whose POST, PUT and DELETE know a request they have done."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The route's handler with the memory around it."""
        handle = super().get_route_handler()

        async def handle_once(request: Request) -> Response:
            key = request.headers.get(HEADER)
            if key is None or request.method in ("GET", "HEAD"):
                return await handle(request)
            if not key.isprintable() or not 0 < len(key) <= LONGEST:
                words = ("The Idempotency-Key is no key.", f"Send 1 to {LONGEST} letters.")
                return answer(Refusal(422, "invalid", *words))
            visitor = request.state.visitor
            body = await request.body()
            place = f"{request.method} {request.url.path}\n".encode()
            digest = hashlib.sha256(place + body).hexdigest()
            memory = Memory(visitor.fleet.keep_platform_warehouse(), visitor.person.name, key)
            known = await run_in_threadpool(memory.begin, digest)
            if known is not None:
                return known
            status, text = 500, b""
            try:
                response = await handle(request)
                status, text = response.status_code, bytes(response.body)
                return response
            finally:
                await run_in_threadpool(memory.end, status, text)

        return handle_once


class Memory:
    """One person's key."""

    def __init__(self, warehouse: Warehouse, who: str, key: str) -> None:
        self._warehouse, self._place = warehouse, [who, key]

    def begin(self, digest: str) -> Response | None:
        """None: it is new, and is ours to do now; else the answer."""
        with self._warehouse.connect() as connection:
            connection.execute(_FORGET.encode())
            made = connection.execute(
                "insert into elt_ops.given_answers (who, key, digest) values (%s, %s, %s) "
                "on conflict do nothing",
                [*self._place, digest],
            )
            if made.rowcount == 1:
                return None
            row = connection.execute(
                "select digest, status, body from elt_ops.given_answers "
                "where (who, key) = (%s, %s)",
                self._place,
            ).fetchone()
        if row is None or row[1] is None:
            words = ("This request is being done.", "Ask again in some seconds.")
            return answer(Refusal(409, "in_progress", *words))
        if row[0] != digest:
            words = ("This Idempotency-Key was another request's.", "Take a new one.")
            return answer(Refusal(422, "key_reused", *words))
        headers = {"Idempotency-Replayed": "true", "Content-Type": "application/json"}
        return Response(str(row[2]), int(row[1]), headers)

    def end(self, status: int, body: bytes) -> None:
        """Remember a success, forget the rest."""
        with self._warehouse.connect() as connection:
            if 200 <= status < 300:
                connection.execute(
                    "update elt_ops.given_answers set status = %s, body = %s "
                    "where (who, key) = (%s, %s)",
                    [status, body.decode("utf-8", "replace"), *self._place],
                )
            else:
                connection.execute(
                    "delete from elt_ops.given_answers where (who, key) = (%s, %s)", self._place
                )
