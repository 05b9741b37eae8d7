"""A scripted HTTP server for tests: each request gets the next answer of the script."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass
class Reply:
    """One answer; `cut` promises more bytes than it sends, `hang_s` waits before answering."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    cut: bool = False
    hang_s: float = 0.0


@dataclass
class Seen:
    """One request as it arrived."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any


Answerer = Callable[[Seen], Reply]


def _parse(content: bytes, kind: str) -> Any:
    if kind.startswith("application/x-www-form-urlencoded"):
        return dict(parse_qsl(content.decode(), keep_blank_values=True))
    return json.loads(content) if content else None


class FakeApi:
    """`script` is a list of replies (the last one repeats) or a function of the request."""

    def __init__(self, script: list[Reply] | Answerer) -> None:
        self.script = script
        self.seen: list[Seen] = []
        api = self
        stop = self._stop = threading.Event()

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            # Head and body are two packets: the second waited 40 ms for the first to be confirmed.
            disable_nagle_algorithm = True

            def _answer(self) -> None:
                size = int(self.headers.get("Content-Length") or 0)
                content = self.rfile.read(size)
                parts = urlsplit(self.path)
                body = _parse(content, self.headers.get("Content-Type") or "")
                query = dict(parse_qsl(parts.query, keep_blank_values=True))
                seen = Seen(self.command, parts.path, query, dict(self.headers), body)
                api.seen.append(seen)
                reply = api.reply_to(seen)
                stop.wait(reply.hang_s)
                data = reply.raw if reply.raw is not None else json.dumps(reply.body).encode()
                self.send_response(reply.status)
                headers = {"Content-Type": "application/json", **reply.headers}
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(data) + (100 if reply.cut else 0)))
                self.end_headers()
                self.wfile.write(data)
                self.close_connection = reply.cut

            do_GET = do_POST = _answer  # noqa: N815

            def log_message(self, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def reply_to(self, seen: Seen) -> Reply:
        if callable(self.script):
            return self.script(seen)
        return self.script.pop(0) if len(self.script) > 1 else self.script[0]

    def close(self) -> None:
        self._stop.set()
        self._server.shutdown()
        self._server.server_close()

    def __enter__(self) -> "FakeApi":
        return self

    def __exit__(self, *args: object) -> None:
        self.close()
