"""Connections that go to judged addresses only, and that another thread can cut.

The look at an address and the connection to it are one step, for every connection, so neither a
redirect nor a name that changes its address between the two gets past it.
"""

import contextlib
import os
import socket
import weakref
from typing import Any

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import NameResolutionError

from include.config.walls.allowed_hosts import resolve_host

_LIVE: "weakref.WeakKeyDictionary[Any, weakref.WeakSet[Any]]" = weakref.WeakKeyDictionary()


class Cuttable:
    """Keeps in sight what is read from.

    `sock` alone would not do: it is None while the body of a connection that closes is read, and
    stands for nothing while TLS greets.
    """

    _twin: socket.socket | None = None

    @staticmethod
    def _reading() -> socket.socket | None:
        return None

    def _new_conn(self: Any) -> socket.socket:
        found: socket.socket = super()._new_conn()  # type: ignore[misc]
        self._twin = _duplicate(found)
        return found

    def connect(self: Any) -> None:
        """Connect; from here on the socket that is read from is known."""
        try:
            super().connect()  # type: ignore[misc]
        finally:
            twin, self._twin = self._twin, None
            if twin is not None:
                twin.close()
        self._reading = weakref.ref(self.sock)

    def cut(self: Any) -> None:
        """End whatever is being read; safe from another thread, whoever does the reading."""
        for sock in (self._twin, self._reading()):
            with contextlib.suppress(OSError, ValueError, AttributeError), _duplicate(sock) as twin:
                twin.shutdown(socket.SHUT_RDWR)


class _Guarded(Cuttable):
    """Connects to addresses that were looked at."""

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
                    return super()._new_conn()
                except Exception:
                    if number == len(addresses):
                        raise
        finally:
            self._dns_host = name
        raise NameResolutionError(self.host, self, socket.gaierror("no address"))


def _duplicate(sock: socket.socket) -> socket.socket:
    return socket.socket(fileno=os.dup(sock.fileno()))


class _Remembering:
    """A pool that knows its connections, also those in use."""

    def _new_conn(self) -> Any:
        connection = super()._new_conn()  # type: ignore[misc]
        _LIVE.setdefault(self, weakref.WeakSet()).add(connection)
        return connection


class _Http(_Guarded, HTTPConnection):
    pass


class _Https(_Guarded, HTTPSConnection):
    pass


class _ProxiedHttp(Cuttable, HTTPConnection):
    pass


class _ProxiedHttps(Cuttable, HTTPSConnection):
    pass


class _HttpPool(_Remembering, HTTPConnectionPool):
    ConnectionCls = _Http


class _HttpsPool(_Remembering, HTTPSConnectionPool):
    ConnectionCls = _Https


class _ProxiedHttpPool(_Remembering, HTTPConnectionPool):
    ConnectionCls = _ProxiedHttp


class _ProxiedHttpsPool(_Remembering, HTTPSConnectionPool):
    ConnectionCls = _ProxiedHttps


GUARDED_POOLS = {"http": _HttpPool, "https": _HttpsPool}
# The proxy is the operator's choice, and usually stands at a private address.
PROXIED_POOLS = {"http": _ProxiedHttpPool, "https": _ProxiedHttpsPool}


def cut_all(pools: Any) -> None:
    """End every answer that is read through these pools of one manager."""
    for key in list(pools.keys()):
        for connection in list(_LIVE.get(pools.get(key), ())):
            connection.cut()
