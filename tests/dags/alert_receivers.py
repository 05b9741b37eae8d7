"""Receivers on loopback that keep what they got: an HTTP server and a mail server."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Got:
    """One request."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any


@dataclass
class HttpSink:
    """Answers every request with `status` and `answer`, and sends on to `location`."""

    got: list[Got] = field(default_factory=list)
    status: int = 200
    answer: Any = "ok"
    port: int = 0
    location: str | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def http_sink() -> Iterator[HttpSink]:
    """Runs inside the block."""
    sink = HttpSink()

    class Handler(BaseHTTPRequestHandler):
        def _take(self) -> None:
            text = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            try:
                body = json.loads(text)
            except ValueError:
                body = text
            path = self.path
            sink.got.append(Got(self.command, path, dict(self.headers.items()), body))
            answer = sink.answer if isinstance(sink.answer, str) else json.dumps(sink.answer)
            self.send_response(sink.status)
            if sink.location:
                self.send_header("Location", sink.location)
            if not isinstance(sink.answer, str):
                self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(answer.encode())

        do_POST = do_GET = _take  # noqa: N815 the server's own names

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    sink.port = server.server_port
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield sink
    finally:
        server.shutdown()
        server.server_close()


@dataclass
class MailSink:
    """Answers every message with `answer`."""

    got: list[tuple[list[str], Message]] = field(default_factory=list)
    answer: str = "250 OK"
    port: int = 0

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        if self.answer.startswith("250"):
            self.got.append((list(envelope.rcpt_tos), message_from_bytes(envelope.content)))
        return self.answer


@contextmanager
def mail_sink() -> Iterator[MailSink]:
    """Runs inside the block."""
    from aiosmtpd.controller import Controller

    from include.local.postgres import find_free_port

    sink = MailSink()
    sink.port = find_free_port()
    controller = Controller(sink, hostname="127.0.0.1", port=sink.port)
    controller.start()
    try:
        yield sink
    finally:
        controller.stop()
