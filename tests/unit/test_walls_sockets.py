"""Inside `judged_sockets` no library reaches this network, whatever it does with the refusal."""

import contextlib
import socket
from collections.abc import Callable, Iterator

import pytest

from include.config.walls.judged_sockets import judged_sockets
from include.core.errors import ConfigError


@pytest.fixture
def port() -> Iterator[int]:
    """Of a server that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield int(server.getsockname()[1])


def _send_datagram(port: int) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as plain:
        plain.sendto(b"x", ("127.0.0.1", port))


def _connect_quietly(port: int) -> None:
    with socket.socket() as plain:
        plain.connect_ex(("127.0.0.1", port))


def _swallow(port: int) -> None:
    with contextlib.suppress(Exception):
        socket.create_connection(("127.0.0.1", port)).close()


WAYS: dict[str, Callable[[int], object]] = {
    "by address": lambda port: socket.create_connection(("127.0.0.1", port)).close(),
    "by name": lambda port: socket.create_connection(("localhost", port)).close(),
    "by number": lambda port: socket.create_connection(("2130706433", port)).close(),
    "a datagram": _send_datagram,
    "by code": _connect_quietly,
    "looked up the old way": lambda _port: socket.gethostbyname("localhost"),
    "and kept to itself": _swallow,
}


@pytest.mark.parametrize("way", WAYS)
def test_no_way_leads_inside(way: str, port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ELT_ALLOWED_HOSTS", raising=False)
    with pytest.raises(ConfigError, match="ELT_ALLOWED_HOSTS"), judged_sockets():
        WAYS[way](port)


@pytest.mark.parametrize("way", WAYS)
def test_outside_of_it_nothing_is_judged(
    way: str, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ELT_ALLOWED_HOSTS", raising=False)
    with judged_sockets():
        pass
    WAYS[way](port)


@pytest.mark.parametrize("entry", ["localhost", "127.0.0.0/8,::1", "localhost:{port}"])
def test_what_the_operator_allows_by_name_is_reached(
    entry: str, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is connected to is an address: the name it was allowed by is known from the look-up."""
    monkeypatch.setenv("ELT_ALLOWED_HOSTS", entry.format(port=port))
    with judged_sockets():
        socket.create_connection(("localhost", port)).close()


def test_the_proxy_is_reached_and_nothing_beside_it(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The proxy stands inside: with it refused, no message would leave."""
    monkeypatch.delenv("ELT_ALLOWED_HOSTS", raising=False)
    monkeypatch.setenv("HTTPS_PROXY", f"http://localhost:{port}")
    with judged_sockets():
        socket.create_connection(("localhost", port)).close()
    with pytest.raises(ConfigError), judged_sockets():
        socket.create_connection(("10.0.0.1", 80), timeout=1)


def test_other_errors_stay_what_they_are() -> None:
    with pytest.raises(ZeroDivisionError), judged_sockets():
        _ = 1 / 0
