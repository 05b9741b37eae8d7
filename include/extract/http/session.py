"""The one way out: sessions that reach public hosts only, and do not wait or swallow for ever.

    name -> addresses -> each allowed? -> connect to these very addresses -> answer within limits

The look at the address and the connection to it are one step, for every connection, so neither a
redirect nor a name that changes its address between the two gets past it.
"""

import contextlib
import os
import socket
import threading
import weakref
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.utils import select_proxy
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import NameResolutionError
from urllib3.poolmanager import PoolManager

from include.config.walls.allowed_hosts import find_host_fault, resolve_host
from include.core.errors import ConfigError, ContractBroken, UpstreamUnavailable

# One answer, from the first byte of the request to the last of its body; a read's own timeout
# counts from byte to byte, so a server that sends one every few seconds would hold a slot for days.
ANSWER_S = 600.0
# A page of records unpacked; a few kilobytes of gzip can hold gigabytes.
MAX_ANSWER_BYTES = 512_000_000
CHUNK_BYTES = 1 << 20

_LIVE: "weakref.WeakKeyDictionary[Any, weakref.WeakSet[Any]]" = weakref.WeakKeyDictionary()


class _Guarded:
    """Connects to addresses that were looked at, and can be cut by another thread."""

    def _new_conn(self: Any) -> socket.socket:
        name = self._dns_host
        try:
            addresses = resolve_host(name, self.port)
        except socket.gaierror as error:
            raise NameResolutionError(self.host, self, error) from error
        try:
            for number, address in enumerate(addresses, start=1):
                self._dns_host = address
                try:
                    found: socket.socket = super()._new_conn()  # type: ignore[misc]
                except Exception:
                    if number == len(addresses):
                        raise
                    continue
                return found
        finally:
            self._dns_host = name
        raise NameResolutionError(self.host, self, socket.gaierror("no address"))

    def cut(self: Any) -> None:
        """End whatever is being read; safe from another thread, whoever does the reading."""
        if self.sock is not None:
            with contextlib.suppress(OSError, ValueError):
                twin = socket.socket(fileno=os.dup(self.sock.fileno()))
                with twin:
                    twin.shutdown(socket.SHUT_RDWR)


class _Http(_Guarded, HTTPConnection):
    pass


class _Https(_Guarded, HTTPSConnection):
    pass


class _HttpPool(HTTPConnectionPool):
    ConnectionCls = _Http

    def _new_conn(self) -> Any:
        return _remember(self, super()._new_conn())


class _HttpsPool(HTTPSConnectionPool):
    ConnectionCls = _Https

    def _new_conn(self) -> Any:
        return _remember(self, super()._new_conn())


def _remember(pool: Any, connection: Any) -> Any:
    _LIVE.setdefault(pool, weakref.WeakSet()).add(connection)
    return connection


class GuardedAdapter(HTTPAdapter):
    """requests' transport over guarded connections."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        manager: PoolManager = self.poolmanager
        manager.pool_classes_by_scheme = {"http": _HttpPool, "https": _HttpsPool}

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

    def cut(self) -> None:
        """End every answer that is being read."""
        pools = self.poolmanager.pools
        for key in list(pools.keys()):
            pool = pools.get(key)
            for connection in list(_LIVE.get(pool, ())):
                connection.cut()


class GuardedSession(requests.Session):
    """A session whose every hop is guarded; an answer that is not streamed is bounded as well.

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
            UpstreamUnavailable: If the answer takes too long as a whole.
            ContractBroken: If it is larger than any page of records.
        """
        if kwargs.get("stream"):
            return super().send(request, **kwargs)
        what = f"{request.method} {urlsplit(request.url or '').path}"
        with self._deadline(what):
            answer = super().send(request, **{**kwargs, "stream": True})
            self._read(what, answer)
        return answer

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
