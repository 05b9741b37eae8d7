"""Every request that is sent inside a block, as it goes out on the wire."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import orjson
import pytest
from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter


@dataclass(frozen=True)
class Sent:
    """One request.

    Attributes:
        path: Decoded, below the root of the vendor's own host.
        raw: The body as text.
    """

    method: str
    url: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]
    raw: str

    @property
    def is_login(self) -> bool:
        """Asks for a token, not for data."""
        return self.path.rsplit("/", 1)[-1] in ("token", "access_token", "bearer")

    @property
    def body(self) -> Any:
        """JSON, the fields of a form, or None."""
        if not self.raw:
            return None
        if self.headers.get("Content-Type", "").startswith("application/x-www-form-urlencoded"):
            return dict(parse_qsl(self.raw, keep_blank_values=True))
        return orjson.loads(self.raw)

    def told(self) -> str:
        return f"{self.method} {self.path} {dict(self.query)} {self.raw[:300]}"


@contextmanager
def recording(root: str | None) -> Iterator[list[Sent]]:
    """The requests sent meanwhile.

    Args:
        root: Where a vendor's own root is served; paths count from there.
    """
    sent: list[Sent] = []
    send = HTTPAdapter.send

    def record(self: HTTPAdapter, request: PreparedRequest, *rest: Any, **more: Any) -> Response:
        sent.append(_build_sent(request, root or ""))
        return send(self, request, *rest, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(HTTPAdapter, "send", record)
        yield sent


def _build_sent(request: PreparedRequest, root: str) -> Sent:
    parts = urlsplit(request.url or "")
    raw = request.body or b""
    return Sent(
        method=request.method or "",
        url=request.url or "",
        path=unquote(parts.path.removeprefix(urlsplit(root).path)),
        query=tuple(parse_qsl(parts.query, keep_blank_values=True)),
        headers=dict(request.headers),
        raw=raw.decode() if isinstance(raw, bytes) else str(raw),
    )
