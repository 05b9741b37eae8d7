"""A stretch of work whose every connection is judged, whichever library opens it.

Messages leave by clients of other people, which follow redirects, look names up once more and read
hosts out of words of their own (`mailto://...?smtp=10.0.0.1`). Python tells its audit hooks of each
name that is looked up and each address that is connected to: nothing is between that and the wire.
"""

import functools
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies

from include.config.walls.allowed_hosts import resolve_host
from include.core.errors import ConfigError

_CONNECTS = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
_LOOKS_UP = frozenset({"socket.getaddrinfo", "socket.gethostbyname"})
_INTERNET = (socket.AF_INET, socket.AF_INET6)


@dataclass
class _Watch:
    """What one stretch has looked up, and the first thing it was refused."""

    passed: set[tuple[str, int | None]] = field(default_factory=set)
    refusal: str | None = None


_watch: ContextVar[_Watch | None] = ContextVar("judged_sockets", default=None)


@contextmanager
def judged_sockets() -> Iterator[None]:
    """Refuse every host that is neither public, nor allowed by the operator, nor the proxy.

    Of the thread that enters, not of those it starts.

    Raises:
        ConfigError: At the end, if a host was refused, also when the library kept it to itself;
            nothing was sent there.
    """
    _install()
    watch = _Watch()
    token = _watch.set(watch)
    try:
        yield
    except Exception:
        if watch.refusal is None:
            raise
    finally:
        _watch.reset(token)
    if watch.refusal is not None:
        raise ConfigError(watch.refusal)


@functools.cache
def _install() -> None:
    """Once a process: an audit hook cannot be taken away again."""
    sys.addaudithook(_hear)


def _hear(event: str, given: tuple[Any, ...]) -> None:
    if not event.startswith("socket."):
        return
    watch = _watch.get()
    if watch is None:
        return
    token = _watch.set(None)  # what the look itself looks up is not judged
    try:
        if event in _LOOKS_UP:
            _judge(watch, given[0], given[1] if len(given) > 1 else None)
        elif event in _CONNECTS and given[0].family in _INTERNET and given[1]:
            _judge(watch, given[1][0], given[1][1])
    finally:
        _watch.reset(token)


def _judge(watch: _Watch, host: Any, port: Any) -> None:
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host or "")
    number = int(port) if str(port).isdigit() else None
    if not name or (name, number) in watch.passed:
        return
    try:
        # Behind the proxy's name is the proxy, wherever it stands.
        look_up = _look_up if name.lower() in _proxies() else resolve_host
        found = look_up(name, number)
    except ConfigError as error:
        watch.refusal = watch.refusal or error.message
        raise
    watch.passed |= {(address, number) for address in found}


def _look_up(name: str, number: int | None) -> list[str]:
    found = socket.getaddrinfo(name, number, type=socket.SOCK_STREAM)
    return [str(one[4][0]) for one in found]


def _proxies() -> set[str]:
    return {urlsplit(url).hostname or "" for url in getproxies().values()} - {""}
