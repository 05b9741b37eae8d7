"""The one way out: sessions that reach public hosts only, and do not wait or swallow for ever.

name -> addresses -> each allowed? -> connect to these very addresses -> answer within limits
"""

import contextlib
import threading
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.utils import select_proxy
from urllib3.poolmanager import PoolManager

from include.config.settings import load_download_limits
from include.config.walls.allowed_hosts import find_host_fault, resolve_host
from include.core.errors import ConfigError, ContractBroken, UpstreamUnavailable
from include.extract.http.connections import GUARDED_POOLS, PROXIED_POOLS, Cuttable, cut_all
from include.extract.http.download import bound_download

# One answer, from the first byte of the request to the last of its body; a read's own timeout
# counts from byte to byte, so a server that sends one every few seconds would hold a slot for days.
ANSWER_S = 600.0
# A page of records unpacked; a few kilobytes of gzip can hold gigabytes.
MAX_ANSWER_BYTES = 512_000_000
CHUNK_BYTES = 1 << 20


class GuardedAdapter(HTTPAdapter):
    """requests' transport over guarded connections."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        manager: PoolManager = self.poolmanager
        manager.pool_classes_by_scheme = GUARDED_POOLS

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> Any:
        """Through a proxy the name is resolved elsewhere: what is private by its words or by our
        own resolver is refused all the same, the rest is the proxy's to judge."""
        parts = urlsplit(request.url or "")
        if select_proxy(request.url or "", kwargs.get("proxies")):
            fault = find_host_fault(parts.hostname or "", parts.port)
            if fault:
                raise ConfigError(fault)
            with contextlib.suppress(OSError):
                resolve_host(parts.hostname or "", parts.port)
        return super().send(request, *args, **kwargs)

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(*args, **kwargs)
        manager.pool_classes_by_scheme = PROXIED_POOLS
        return manager

    def cut(self) -> None:
        """End every answer that is being read."""
        for manager in (self.poolmanager, *list(self.proxy_manager.values())):
            cut_all(manager.pools)


class GuardedSession(requests.Session):
    """A session whose every hop is guarded and whose every answer is bounded, streamed or not.

    Args:
        answer_s: Seconds one answer may take as a whole.
    """

    def __init__(self, *, answer_s: float = ANSWER_S, max_bytes: int = MAX_ANSWER_BYTES) -> None:
        super().__init__()
        self._answer_s, self._max_bytes = answer_s, max_bytes
        for scheme in ("https://", "http://"):
            self.mount(scheme, GuardedAdapter())

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        """Send one request.

        Raises:
            ConfigError: If the host may not be reached; nothing was sent.
            UpstreamUnavailable: If the answer takes too long as a whole; of a streamed one that is
                its headers, and its body raises the same while it is read.
            ContractBroken: If it is larger than any page of records.
        """
        what = f"{request.method} {urlsplit(request.url or '').path}"
        with self._deadline(what):
            answer = super().send(request, **{**kwargs, "stream": True})
            if not kwargs.get("stream"):
                self._read(what, answer)
        if kwargs.get("stream"):
            connection = getattr(answer.raw, "connection", None)  # None: the body was read at once
            cut = connection.cut if isinstance(connection, Cuttable) else self._cut_all
            bound_download(what, answer, load_download_limits(), cut)
        return answer

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        """Where a redirect leads; its body, of any length, is of no use to anybody."""
        target = super().get_redirect_target(resp)
        if target and not resp._content_consumed:  # type: ignore[attr-defined]
            resp.close()
            resp._content, resp._content_consumed = b"", True  # type: ignore[attr-defined]
        return target

    @contextlib.contextmanager
    def _deadline(self, what: str) -> Iterator[None]:
        late = threading.Event()
        timer = threading.Timer(self._answer_s, self._cut, (late,))
        timer.daemon = True
        timer.start()
        try:
            yield
        except (requests.RequestException, OSError, ValueError):
            if not late.is_set():
                raise
        finally:
            timer.cancel()
        if late.is_set():  # also when headers that were cut off looked like the last ones
            raise UpstreamUnavailable(
                f"`{what}` was not answered in full within `{self._answer_s:.0f}` seconds. "
                "Expected a whole answer. It is tried again later."
            )

    def _cut(self, late: threading.Event) -> None:
        late.set()
        self._cut_all()

    def _cut_all(self) -> None:
        for adapter in self.adapters.values():
            if isinstance(adapter, GuardedAdapter):
                adapter.cut()

    def _read(self, what: str, answer: requests.Response) -> None:
        if answer._content_consumed:  # type: ignore[attr-defined]  # a redirect on the way
            return
        body = bytearray()
        for chunk in answer.iter_content(CHUNK_BYTES):
            body += chunk
            if len(body) > self._max_bytes:
                answer.close()
                raise ContractBroken(
                    f"`{what}` answered with more than `{self._max_bytes}` bytes. Expected one "
                    "page of records. Ask for fewer at once."
                )
        answer._content = bytes(body)


def request_once(method: str, url: str, **kwargs: Any) -> requests.Response:
    """One request through a session of its own; arguments as `requests.request`."""
    session = GuardedSession()
    answer = session.request(method, url, **kwargs)
    if not kwargs.get("stream"):
        session.close()
    return answer
