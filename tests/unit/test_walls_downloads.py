"""A source that trickles ends, whatever it trickles and however it is read; a slow reader may."""

import http.server
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest
import requests

from include.config.settings import load_download_limits
from include.core.errors import ConfigError, UpstreamUnavailable
from include.extract.http.client import HttpClient
from include.extract.http.download import PIECE_BYTES
from include.extract.http.session import GuardedSession, request_once
from tests.unit.local_server import serving

Handler = http.server.BaseHTTPRequestHandler
TRICKLE_S = 0.05
ENOUGH = 400


def _drip(write: Callable[[bytes], object], piece: bytes = b" ") -> None:
    with suppress(OSError):
        for _ in range(ENOUGH):
            write(piece)
            time.sleep(TRICKLE_S)


def _sized(handler: Handler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "10000000")
    handler.end_headers()
    _drip(handler.wfile.write)


def _closing(handler: Handler) -> None:
    """The connection's end is the body's: being cut looks like a whole one."""
    handler.send_response(200)
    handler.send_header("Connection", "close")
    handler.end_headers()
    _drip(handler.wfile.write)


def _small_chunks(handler: Handler) -> None:
    handler.send_response(200)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    _drip(handler.wfile.write, b"1\r\n \r\n")


def _one_chunk(handler: Handler) -> None:
    handler.send_response(200)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    handler.wfile.write(b"fffff\r\n")
    _drip(handler.wfile.write)


BODIES = [_sized, _closing, _small_chunks, _one_chunk]
WAYS: dict[str, Callable[[str], object]] = {
    "signed download": lambda url: list(HttpClient("http://a.example").fetch_chunks(url)),
    "pieces": lambda url: list(request_once("GET", url, stream=True).iter_content(1 << 20)),
    "text": lambda url: list(request_once("GET", url, stream=True).iter_content(9, True)),
    "at once": lambda url: request_once("GET", url, stream=True).content,
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("body", BODIES)
def test_a_download_that_trickles_is_cut_off(
    body: Callable[[Handler], None], way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Streamed answers had no end: a byte every five seconds held a worker's slot for days."""
    monkeypatch.setenv("ELT_DOWNLOAD_PIECE_S", "0.5")
    with serving(body) as (url, _):
        began = time.monotonic()
        with pytest.raises(UpstreamUnavailable, match=r"`GET /x` gave less.*ELT_DOWNLOAD_PIECE_S"):
            WAYS[way](f"{url}/x?secret=1")
        assert time.monotonic() - began < 5


def test_a_download_that_moves_for_ever_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """Just fast enough, without end."""
    monkeypatch.setenv("ELT_DOWNLOAD_S", "0.5")

    def endless(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Connection", "close")
        handler.end_headers()
        _drip(handler.wfile.write, b" " * PIECE_BYTES)

    with (
        serving(endless) as (url, _),
        pytest.raises(UpstreamUnavailable, match=r"was not over after.*ELT_DOWNLOAD_S allows"),
    ):
        WAYS["signed download"](url)


def test_a_slow_reader_is_not_charged(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy warehouse between two pieces is not the source's fault."""
    monkeypatch.setenv("ELT_DOWNLOAD_S", "0.5")
    monkeypatch.setenv("ELT_DOWNLOAD_PIECE_S", "0.3")
    body = bytes(range(256)) * 256 * 4

    def whole(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    taken = b""
    with serving(whole) as (url, _):
        for piece in HttpClient(url).fetch_chunks(url):
            taken += piece
            time.sleep(0.4)
    assert taken == body


@pytest.mark.parametrize("is_streamed", [False, True])
def test_headers_that_trickle_are_cut_off(is_streamed: bool) -> None:
    def headers(handler: Handler) -> None:
        _drip(handler.wfile.write, b"HTTP/1.1 200 OK\r\nX")

    with serving(headers) as (url, _), pytest.raises(UpstreamUnavailable, match="within `1` sec"):
        GuardedSession(answer_s=1.0).get(url, stream=is_streamed)


def test_an_answer_that_ends_with_its_connection_is_cut_off_too() -> None:
    """The connection lets go of its socket before such a body is read: nothing was cut."""
    with serving(_closing) as (url, _):
        began = time.monotonic()
        with pytest.raises(UpstreamUnavailable, match="within `1` seconds"):
            GuardedSession(answer_s=1.0).get(url)
        assert time.monotonic() - began < 4


@contextmanager
def _greeting() -> Iterator[int]:
    """A port where TLS starts and never gets on."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def greet() -> None:
            with suppress(OSError):
                sock, _ = server.accept()
                with sock:
                    sock.sendall(b"\x16\x03\x03\x40\x00")
                    _drip(sock.sendall)

        threading.Thread(target=greet, daemon=True).start()
        yield server.getsockname()[1]


@pytest.mark.parametrize("is_streamed", [False, True])
def test_a_greeting_that_trickles_is_cut_off(is_streamed: bool) -> None:
    """Neither socket could be reached during the TLS handshake."""
    with _greeting() as port:
        began = time.monotonic()
        with pytest.raises(UpstreamUnavailable, match="within `1` seconds"):
            GuardedSession(answer_s=1.0).get(f"https://127.0.0.1:{port}/", stream=is_streamed)
        assert time.monotonic() - began < 4


@pytest.mark.parametrize("is_streamed", [False, True])
def test_a_trickle_through_a_proxy_is_cut_off(
    is_streamed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Connections to a proxy were others, which nobody could cut."""
    monkeypatch.setenv("ELT_DOWNLOAD_PIECE_S", "0.5")
    with serving(_sized) as (proxy, _), GuardedSession(answer_s=1.0) as through:
        monkeypatch.setenv("http_proxy", proxy)
        began = time.monotonic()
        with pytest.raises(UpstreamUnavailable):
            _ = through.get("http://8.8.8.8/x", stream=is_streamed).content
        assert time.monotonic() - began < 4


@pytest.mark.parametrize("is_streamed", [False, True])
def test_the_body_of_a_redirect_is_not_read(is_streamed: bool) -> None:
    """It was taken whole into memory before the redirect was followed."""

    def answer(handler: Handler) -> None:
        if handler.path == "/end":
            handler.send_response(200)
            handler.send_header("Content-Length", "2")
            handler.end_headers()
            handler.wfile.write(b"{}")
            return
        handler.send_response(302)
        handler.send_header("Location", "/end")
        handler.send_header("Content-Length", "1000000")
        handler.end_headers()
        _drip(handler.wfile.write)

    with serving(answer) as (url, _):
        began = time.monotonic()
        found = request_once("GET", url, stream=is_streamed)
        assert found.content == b"{}" and found.history[0].content == b""
        assert time.monotonic() - began < 2


def test_an_error_of_the_network_stays_its_own() -> None:
    """Cut by the other side is not too slow."""

    def short(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "10")
        handler.end_headers()
        handler.wfile.write(b"12345")
        handler.close_connection = True

    with serving(short) as (url, _):
        with pytest.raises(requests.RequestException):
            WAYS["pieces"](url)
        with pytest.raises(UpstreamUnavailable, match="ChunkedEncodingError"):
            WAYS["signed download"](url)


@pytest.mark.parametrize("text", ["0", "-5", "nan", "inf", "1e9", "soon"])
def test_a_limit_that_is_no_time_is_refused(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ELT_DOWNLOAD_PIECE_S", text)
    with pytest.raises(ConfigError, match=f"ELT_DOWNLOAD_PIECE_S is `{text}`"):
        load_download_limits()
