"""POST `/elt/webhooks/{tenant}/{feed}`: read, prove, keep, answer.

Nobody outside learns why a request was refused: no such feed, a body too long and a bad signature
have one answer. The log says which it was.
"""

import asyncio
import hmac
import logging
import re
from collections.abc import Callable
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response

from include.console.doors import Doors
from include.console.webhooks.endpoint import Endpoint, Endpoints
from include.console.webhooks.limits import Limits
from include.console.webhooks.waker import Waker
from include.console.webhooks.writer import InboxWriter, Overloaded
from include.core.clock import utcnow
from include.core.errors import EltError
from include.core.webhook_event import build_events
from include.core.webhook_signature import SignatureRule, build_refusal
from include.ledger.connection import Warehouse

log = logging.getLogger(__name__)

# Shopify's largest payloads are far below; a sender of more has another way to hand it over.
MOST_BYTES = 2 * 1024 * 1024
# Shopify hangs up after five seconds.
ANSWER_S = 4.0
# What an unknown feed's request is compared with, so that it costs the same work.
NOBODY = SignatureRule("hmac")
HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
CHALLENGE = re.compile(r"[A-Za-z0-9_.\-]{1,200}")


class TooLong(Exception):
    """The body is longer than any that is taken."""


class Receiver:
    """Everything behind the address; one per process."""

    def __init__(
        self,
        doors: Doors,
        endpoints: Endpoints | None = None,
        now: Callable[[], datetime] = utcnow,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        self._endpoints = endpoints or Endpoints(doors)
        self._now, self._most = now, most_bytes
        self._waker = Waker(doors.wake_drain)
        self._limits = Limits()
        self._writers: dict[str, InboxWriter] = {}

    async def receive(self, request: Request, tenant: str, feed: str) -> Response:
        """Answer 200 when every event of the request is kept, now or before."""
        try:
            body = await _read(request, self._most)
        except TooLong:
            return _refuse(tenant, feed, f"longer than {self._most} bytes")
        try:
            endpoint = await self._find(tenant, feed)
        except EltError as error:
            log.warning("webhook cannot be checked tenant=%s feed=%s: %s", tenant, feed, error)
            return _busy()
        refusal = self._find_fault(endpoint, dict(request.headers), body)
        if endpoint is None or refusal:
            return _refuse(tenant, feed, refusal or "no such feed takes webhooks")
        if not self._limits.take((tenant, feed)):
            log.warning("webhooks too fast tenant=%s feed=%s", tenant, feed)
            return Response(status_code=429, headers={**HEADERS, "Retry-After": "1"})
        return await self._keep(endpoint, dict(request.headers), body)

    async def answer_handshake(self, request: Request, tenant: str, feed: str) -> Response:
        """Meta's GET before it sends: the challenge, if the word is the one it was given.

        Source: developers.facebook.com/docs/graph-api/webhooks/getting-started, read 2026-11.
        """
        asked = request.query_params
        try:
            endpoint = await self._find(tenant, feed)
        except EltError:
            return _busy()
        expected = (endpoint.verify_token if endpoint else None) or ""
        given, challenge = asked.get("hub.verify_token", ""), asked.get("hub.challenge", "")
        is_known = hmac.compare_digest(given.encode(), expected.encode()) and bool(expected)
        wants = asked.get("hub.mode") == "subscribe" and CHALLENGE.fullmatch(challenge)
        if not is_known or not wants:
            return _refuse(tenant, feed, "handshake with another word")
        return Response(challenge, media_type="text/plain", headers=HEADERS)

    async def _find(self, tenant: str, feed: str) -> Endpoint | None:
        is_known, endpoint = self._endpoints.fetch_remembered(tenant, feed)
        if is_known:
            return endpoint
        return await asyncio.to_thread(self._endpoints.fetch, tenant, feed)

    def _find_fault(
        self, endpoint: Endpoint | None, headers: dict[str, str], body: bytes
    ) -> str | None:
        if endpoint is None:
            build_refusal(NOBODY, {"X-Signature": "0"}, body, ["nobody"], self._now())
            return "no such feed takes webhooks"
        return build_refusal(endpoint.rule, headers, body, endpoint.secrets, self._now())

    async def _keep(self, endpoint: Endpoint, headers: dict[str, str], body: bytes) -> Response:
        place = (endpoint.tenant, endpoint.feed)
        events = build_events(headers, body, endpoint.paths)
        writer = self._writers.get(endpoint.warehouse_url)
        if writer is None:
            writer = InboxWriter(Warehouse(endpoint.warehouse_url))
            self._writers[endpoint.warehouse_url] = writer
        try:
            kept = asyncio.wrap_future(writer.keep([(*place, event) for event in events]))
            new = await asyncio.wait_for(asyncio.shield(kept), ANSWER_S)
        except (EltError, Overloaded, TimeoutError) as error:
            # It may be committed a moment later; the repeat changes nothing.
            why = str(error) or type(error).__name__
            log.warning("webhook not kept tenant=%s feed=%s: %s", *place, why)
            return _busy()
        if new:
            self._waker.ring(place)
        return Response(status_code=200, headers=HEADERS)


async def _read(request: Request, most: int) -> bytes:
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and len(declared) < 20 and int(declared) > most:
        raise TooLong
    found = bytearray()
    async for part in request.stream():
        found += part
        if len(found) > most:
            raise TooLong
    return bytes(found)


def _refuse(tenant: str, feed: str, why: str) -> Response:
    log.info("webhook refused tenant=%.40r feed=%.70r: %s", tenant, feed, why)
    return Response(status_code=404, headers=HEADERS)


def _busy() -> Response:
    return Response(status_code=503, headers={**HEADERS, "Retry-After": "30"})
