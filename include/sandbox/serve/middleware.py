"""ASGI layer around the vendors: request log, faults, remembered pages.

Source of the shapes: the ASGI specification 3.0, read 2026-11.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from include.sandbox.serve.faults import Fault, Faults, build_refusal, change_body, wait
from include.sandbox.serve.vendors import load_vendors

Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]
Receive = Callable[[], Awaitable[Message]]
App = Callable[[Message, Receive, Send], Awaitable[None]]
LOGGED = 20_000


class Misbehaviour:
    """Wraps the app; control routes (`/_sandbox`) pass untouched.

    Attributes:
        root: Vendor that is served at `/` as well as below its name.
        log: Method, path, query and status of vendor requests, oldest first.
    """

    def __init__(self, app: App, faults: Faults, root: str | None = None) -> None:
        self.app, self.faults, self.root = app, faults, root
        self.log: deque[dict[str, Any]] = deque(maxlen=LOGGED)
        self._last: dict[str, tuple[Message, bytes]] = {}

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith("/_sandbox"):
            await self.app(scope, receive, send)
            return
        body = await _read(receive)
        scope = self._below_root(scope)
        path, query = scope["path"], scope["query_string"].decode()
        vendor = path.strip("/").partition("/")[0]
        entry = {
            "vendor": vendor,
            "method": scope["method"],
            "path": path,
            "query": query,
            "status": None,
            "fault": None,
        }
        self.log.append(entry)
        fault = self.faults.pick(vendor, f"{path}?{query}\n{body.decode('utf-8', 'replace')}")
        entry["fault"] = fault.kind if fault else None
        if fault and fault.kind in ("slow", "timeout"):
            await wait(fault)
        if fault and fault.kind in ("401", "403", "429", "500", "html", "throttled"):
            entry["status"] = await _refuse(vendor, fault, send)
            return
        if fault and fault.kind == "duplicate_page" and path in self._last:
            start, content = self._last[path]
        else:
            start, content = await self._run(scope, body)
        self._last[path] = (start, content)
        entry["status"] = start["status"]
        await _answer(fault, start, content, send)

    def _below_root(self, scope: Message) -> Message:
        """The request with the root vendor's prefix, unless it came with a vendor's prefix."""
        path = scope["path"]
        first = path.strip("/").partition("/")[0]
        if self.root is None or first in load_vendors():
            return scope
        raw = f"/{self.root}".encode() + scope.get("raw_path", path.encode())
        return {**scope, "path": f"/{self.root}{path}", "raw_path": raw}

    async def _run(self, scope: Message, body: bytes) -> tuple[Message, bytes]:
        """The vendor's answer in one piece."""
        parts: list[bytes] = []
        starts: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                starts.append(message)
            else:
                parts.append(message.get("body", b""))

        await self.app(scope, receive, send)
        return starts[0], b"".join(parts)


async def _read(receive: Receive) -> bytes:
    parts = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


async def _refuse(vendor: str, fault: Fault, send: Send) -> int:
    status, body, kind = build_refusal(vendor, fault.kind)
    headers = [(b"content-type", kind.encode()), (b"content-length", str(len(body)).encode())]
    if fault.kind == "429" and fault.retry_after is not None:
        headers.append((b"retry-after", fault.retry_after.encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
    return status


async def _answer(fault: Fault | None, start: Message, content: bytes, send: Send) -> None:
    if fault and fault.kind in ("changed_field", "missing_list"):
        content = change_body(fault.kind, content)
        headers = [(k, v) for k, v in start["headers"] if k != b"content-length"]
        start = {**start, "headers": [*headers, (b"content-length", str(len(content)).encode())]}
    await send(start)
    if fault and fault.kind == "cut":
        # Half of the promised bytes, then uvicorn drops the connection because the app fails.
        await send(
            {"type": "http.response.body", "body": content[: len(content) // 2], "more_body": True}
        )
        await asyncio.sleep(0.05)
        raise ConnectionAbortedError("sandbox fault: connection cut")
    await send({"type": "http.response.body", "body": content})
