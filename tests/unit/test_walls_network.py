"""No feed reaches this machine or its network, by whatever name, hop or trick; nothing hangs."""

import gzip
import http.server
import socket
import time
from collections.abc import Callable, Iterator

import pytest
import requests

from include.config.credentials import Credentials
from include.config.walls import allowed_hosts
from include.config.walls.allowed_hosts import find_host_fault, resolve_host
from include.core.errors import ConfigError, ContractBroken, EltError, UpstreamUnavailable
from include.extract.http.client import HttpClient
from include.extract.http.google_transport import TokenTransport
from include.extract.http.oauth import Login, OAuth
from include.extract.http.session import GuardedSession, request_once
from include.extract.http.status import LONGEST_WAIT_S, parse_retry_after
from include.extract.sql.database import build_database, require_own
from include.pipeline.ready.network_check import check_address
from tests.unit.local_server import serving

PRIVATE = (
    "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "100.64.0.1",
    "169.254.169.254", "169.254.170.2", "100.100.100.200", "::1", "::", "fd00:ec2::254", "fe80::1",
    "::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::a00:1", "2002:7f00:1::", "224.0.0.1",
    "ff02::1", "255.255.255.255", "240.0.0.1", "192.0.0.192",
)  # fmt: skip


def _empty(handler: http.server.BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "2")
    handler.end_headers()
    handler.wfile.write(b"{}")


@pytest.fixture
def walls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ELT_ALLOWED_HOSTS", raising=False)


@pytest.mark.usefixtures("walls")
@pytest.mark.parametrize("address", PRIVATE)
def test_no_private_address_is_allowed(address: str) -> None:
    assert find_host_fault(address, 80)
    with pytest.raises(ConfigError, match="ELT_ALLOWED_HOSTS"):
        resolve_host(address, 80)


@pytest.mark.usefixtures("walls")
@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111"])
def test_a_public_address_is_allowed(address: str) -> None:
    assert find_host_fault(address, 443) is None
    assert resolve_host(address, 443) == [address]


@pytest.mark.parametrize(
    ("entry", "host", "port", "passes"),
    [
        ("127.0.0.1", "127.0.0.1", 80, True),
        ("127.0.0.1:8900", "127.0.0.1", 8900, True),
        ("127.0.0.1:8900", "127.0.0.1", 8901, False),
        ("10.0.0.0/8", "10.9.9.9", 80, True),
        ("10.0.0.0/8", "11.9.9.9", None, True),
        ("10.0.0.0/8", "192.168.0.1", 80, False),
        ("crm.internal", "127.0.0.1", 80, False),
        ("[::1]:80", "::1", 80, True),
        ("::1", "::1", 80, True),
    ],
)
def test_the_operator_allows_hosts(
    entry: str, host: str, port: int | None, passes: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ELT_ALLOWED_HOSTS", f"other.example, {entry}")
    assert (find_host_fault(host, port) is None) is passes


def _send_alert(url: str) -> None:
    # Imported here: it takes Airflow, for which every process that collects tests would wait.
    from include.orchestration.alerts.channels.webhook import run_post

    run_post(url, {})


WAYS_OUT: dict[str, Callable[[str], object]] = {
    "client": lambda url: HttpClient(url).get("x"),
    "signed download": lambda url: list(HttpClient("https://api.example").fetch_chunks(url)),
    "one request": lambda url: request_once("GET", url),
    "streamed request": lambda url: request_once("GET", url, stream=True),
    "oauth": lambda url: OAuth(Login(f"{url}/token", "id", "secret")).renew(None),
    "google": lambda url: TokenTransport()(f"{url}/token"),
    "alert": _send_alert,
    "check": lambda url: _raise(step.error for step in check_address(url)),
    "sql": lambda url: require_own(
        build_database({}, Credentials("c", fields={"url": url.replace("http:", "postgresql:")})),
        "acme",
    ),
}


def _raise(errors: Iterator[EltError | None]) -> None:
    for error in errors:
        if error is not None:
            raise error


@pytest.mark.usefixtures("walls")
@pytest.mark.parametrize("way", WAYS_OUT)
def test_every_way_out_is_guarded(way: str) -> None:
    """A source at 127.0.0.1 was asked with the feed's secret, and so was the metadata service."""
    with serving(_empty) as (url, seen):
        with pytest.raises(ConfigError, match="not public"):
            WAYS_OUT[way](url)
        assert seen == []


def test_no_module_goes_out_by_another_way() -> None:
    """`requests.get` anywhere else would be a hole in the wall."""
    import re
    from pathlib import Path

    root = Path(__file__).resolve().parents[2] / "include"
    words = re.compile(r"requests\.(get|post|put|request|Session)\(|urlopen\(|httpx|aiohttp")
    found = {
        str(path.relative_to(root))
        for path in root.rglob("*.py")
        if words.search(path.read_text()) and path.relative_to(root).parts[0] != "sandbox"
    }
    # They ask what runs on this machine, for the demo; no tenant's file names it.
    assert found - {"local/airflow_api.py", "local/runs/mishap.py"} == set()


@pytest.mark.usefixtures("walls")
def test_a_name_that_leads_here_is_refused() -> None:
    with pytest.raises(ConfigError, match="`localhost` is not public"):
        HttpClient("http://localhost:9").get("x")


def test_a_name_that_moves_after_the_look_gains_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """DNS rebinding: public when looked at, 127.0.0.1 when connected to. There is one look only."""
    monkeypatch.delenv("ELT_ALLOWED_HOSTS")
    asked: list[str] = []

    def resolve(host: str, port: int | None, **_: object) -> list[tuple]:
        asked.append(host)
        address = "203.0.114.1" if len(asked) == 1 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    connected: list[str] = []

    def connect(place: tuple[str, int], *_: object, **__: object) -> socket.socket:
        connected.append(place[0])
        raise OSError("refused")

    monkeypatch.setattr(allowed_hosts.socket, "getaddrinfo", resolve)
    monkeypatch.setattr("urllib3.util.connection.create_connection", connect)
    with pytest.raises(requests.ConnectionError):
        GuardedSession().get("http://moves.example/")
    assert connected == ["203.0.114.1"]
    with pytest.raises(ConfigError, match=r"`moves\.example` is not public"):
        GuardedSession().get("http://moves.example/")
    assert connected == ["203.0.114.1"]


def test_one_private_address_among_public_ones_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ELT_ALLOWED_HOSTS")
    both = [(2, 1, 6, "", ("8.8.8.8", 80)), (2, 1, 6, "", ("10.0.0.1", 80))]
    monkeypatch.setattr(allowed_hosts.socket, "getaddrinfo", lambda *_a, **_k: both)
    with pytest.raises(ConfigError, match="not public"):
        resolve_host("both.example", 80)


def test_a_redirect_to_a_private_host_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Signed downloads follow redirects: the first host was allowed, the second is not."""
    with serving(_empty) as (inner, seen):

        def redirect(handler: http.server.BaseHTTPRequestHandler) -> None:
            handler.send_response(302)
            handler.send_header("Location", f"{inner}/latest/meta-data")
            handler.send_header("Content-Length", "0")
            handler.end_headers()

        with serving(redirect) as (outer, _):
            monkeypatch.setenv("ELT_ALLOWED_HOSTS", outer.removeprefix("http://"))
            with pytest.raises(ConfigError, match="not public"):
                list(HttpClient("https://api.example").fetch_chunks(outer))
    assert seen == []


def test_a_login_is_not_sent_on_to_where_a_redirect_points() -> None:
    """The form with the client's secret went to whatever host the first one named."""
    with serving(_empty) as (inner, seen):

        def redirect(handler: http.server.BaseHTTPRequestHandler) -> None:
            handler.send_response(307)
            handler.send_header("Location", inner)
            handler.send_header("Content-Length", "0")
            handler.end_headers()

        with serving(redirect) as (outer, _):
            for go in (WAYS_OUT["oauth"], WAYS_OUT["google"], WAYS_OUT["client"]):
                try:
                    go(outer)
                except EltError:
                    continue
    assert seen == []


def test_a_proxy_does_not_open_the_wall(monkeypatch: pytest.MonkeyPatch) -> None:
    """Behind a proxy the connection is the proxy's, so the address itself is looked at."""
    with serving(_empty) as (proxy, seen):
        monkeypatch.setenv("ELT_ALLOWED_HOSTS", proxy.removeprefix("http://"))
        monkeypatch.setenv("http_proxy", proxy)
        for host in ("169.254.169.254", "localhost", "10.0.0.1"):
            with pytest.raises(ConfigError, match="not public"):
                request_once("GET", f"http://{host}/")
        assert seen == []
        assert request_once("GET", "http://8.8.8.8/x").status_code == 200


def _trickle(handler: http.server.BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "100000")
    handler.end_headers()
    try:
        for _ in range(200):
            handler.wfile.write(b" ")
            handler.wfile.flush()
            time.sleep(0.05)
    except OSError:
        return


def _trickle_headers(handler: http.server.BaseHTTPRequestHandler) -> None:
    try:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
        for number in range(90):
            handler.wfile.write(f"X-{number}: y\r\n".encode())
            handler.wfile.flush()
            time.sleep(0.1)
    except OSError:
        return


@pytest.mark.parametrize("answer", [_trickle, _trickle_headers])
def test_a_server_that_trickles_is_cut_off(answer: Callable) -> None:
    """A byte every five seconds satisfied every timeout and held a worker's slot for days."""
    with serving(answer) as (url, _):
        began = time.monotonic()
        with pytest.raises(UpstreamUnavailable, match="not answered in full within `1` seconds"):
            GuardedSession(answer_s=1.0).get(url)
        assert time.monotonic() - began < 4


def test_an_answer_that_explodes_is_refused() -> None:
    """Some kilobytes of gzip unpacked into gigabytes in the worker's memory."""
    bomb = gzip.compress(b"[" + b" " * 30_000_000 + b"]")

    def answer(handler: http.server.BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Encoding", "gzip")
        handler.send_header("Content-Length", str(len(bomb)))
        handler.end_headers()
        handler.wfile.write(bomb)

    with serving(answer) as (url, _), pytest.raises(ContractBroken, match="more than `1000000`"):
        GuardedSession(max_bytes=1_000_000).get(url)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("30", 30.0), ("0", 0.0), ("-5", 0.0), ("1.5", 1.5), ("31536000", LONGEST_WAIT_S),
        ("inf", LONGEST_WAIT_S), ("1e400", LONGEST_WAIT_S), ("-inf", 0.0), ("nan", None),
        ("Fri, 31 Dec 9999 23:59:59 GMT", LONGEST_WAIT_S), ("Fri, 31 Dec 99999 23:59:59 GMT", None),
        ("Mon, 01 Jan 0001 00:00:00 GMT", 0.0), ("soon", None), ("9" * 5000, LONGEST_WAIT_S),
        ("Fri, 31 Feb 2027 23:59:59 GMT", None),
    ],
)  # fmt: skip
def test_a_wait_nobody_means_is_not_believed(value: str, seconds: float | None) -> None:
    """`Retry-After: inf` crashed the load, a year in it blocked the credential for a year."""
    assert parse_retry_after(value) == seconds
