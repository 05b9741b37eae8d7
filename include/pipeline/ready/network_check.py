"""Can a source's server be reached, layer by layer, and does its clock agree with ours?

Each layer's failure has its own cure: a name is misspelled, a firewall drops, a certificate has
ended, a server is down. Standard library only, without secrets and without our HTTP client, so that
what fails here is the network.
"""

import http.client
import socket
import ssl
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import SplitResult, urlsplit

from include.config.walls.allowed_hosts import resolve_host
from include.core.clock import utcnow
from include.core.errors import ConfigError, EltError, UpstreamUnavailable

TIMEOUT_S = 10.0
SKEW_WARN = timedelta(seconds=30)
SKEW_ERROR = timedelta(minutes=5)
PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was looked at.

    Attributes:
        what: `credentials`, `dns`, `tcp`, `tls`, `http`, `clock`, `auth`, `scope` or `warehouse`.
        stream: For `scope`, which one.
        message: What was found; for a failure what to do.
        error: None when it is well.
        warns: Well, but somebody should look.
    """

    what: str
    message: str
    error: EltError | None = None
    stream: str | None = None
    warns: bool = False
    seconds: float = 0.0

    @property
    def state(self) -> str:
        if self.error is not None:
            return "failed"
        return "warning" if self.warns else "ok"


def check_address(url: str) -> Iterator[Step]:
    """Steps from the name to the clock; ends with the first that fails."""
    parts = urlsplit(url)
    host, scheme = parts.hostname or "", parts.scheme
    if scheme not in PORTS or not host:
        error = ConfigError(f"`{url}` is no address. Expected `https://host`. Fix the connection.")
        yield Step("dns", error.message, error)
        return
    proxy = urllib.request.getproxies().get(scheme)
    if proxy and not urllib.request.proxy_bypass(host):
        yield Step("dns", f"through the proxy `{urlsplit(proxy).hostname}`, so not looked at")
        return
    port = parts.port or PORTS[scheme]
    steps: list[tuple[str, Callable[[], str]]] = [
        ("dns", lambda: _resolve(host, port)),
        ("tcp", lambda: _connect(host, port)),
    ]
    if scheme == "https":
        steps.append(("tls", lambda: _shake_hands(host, port)))
    for what, act in steps:
        step = _run(what, act)
        yield step
        if step.error is not None or step.warns:
            return
    yield from _ask(parts, port)


def _run(what: str, act: Callable[[], str]) -> Step:
    began = time.monotonic()
    try:
        message, error = act(), None
    except EltError as caught:
        message, error = caught.message, caught
    warns = message.startswith("the certificate")
    return Step(what, message, error, warns=warns, seconds=round(time.monotonic() - began, 3))


def _resolve(host: str, port: int) -> str:
    try:
        found = resolve_host(host, port)
    except OSError as error:
        raise UpstreamUnavailable(
            f"the name `{host}` is not known ({error.strerror or type(error).__name__}). Check the "
            "connection's host for a typing mistake, and this machine's name server."
        ) from None
    return f"{host} is {found[0]}"


def _connect(host: str, port: int) -> str:
    try:
        socket.create_connection((host, port), TIMEOUT_S).close()
    except OSError as error:
        raise UpstreamUnavailable(
            f"no connection to `{host}:{port}` ({error.strerror or type(error).__name__}). Let "
            "this machine out to it (firewall, allow list, proxy), or start the server."
        ) from None
    return f"{host}:{port} answers"


def _shake_hands(host: str, port: int) -> str:
    context = ssl.create_default_context()
    try:
        with (
            socket.create_connection((host, port), TIMEOUT_S) as plain,
            context.wrap_socket(plain, server_hostname=host) as secure,
        ):
            return f"{secure.version()}, certificate is trusted"
    except ssl.SSLCertVerificationError as error:
        # Not an error yet: loads have a list of authorities of their own, and will say.
        return (
            f"the certificate of `{host}` is not trusted here: {error.verify_message}. Check the "
            "host; behind a proxy that opens connections, add its authority to the system's list."
        )
    except (ssl.SSLError, OSError) as error:
        raise UpstreamUnavailable(
            f"`{host}:{port}` does not speak TLS ({type(error).__name__}). Check the port, and "
            "whether the address should begin with `http://`."
        ) from None


def _ask(parts: SplitResult, port: int) -> Iterator[Step]:
    """Any HTTP answer will do: without a secret most servers say 401 or 404."""
    secure = parts.scheme == "https"
    kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
    connection = kind(parts.hostname or "", port, timeout=TIMEOUT_S)
    began = time.monotonic()
    try:
        connection.request("HEAD", parts.path or "/")
        answer = connection.getresponse()
        status, date = answer.status, answer.getheader("Date")
    except (OSError, http.client.HTTPException) as error:
        broken = UpstreamUnavailable(
            f"`{parts.hostname}:{port}` answers no HTTP ({type(error).__name__}). Check the port, "
            "and whether the address should begin with `https://`."
        )
        yield Step("http", broken.message, broken)
        return
    finally:
        connection.close()
    seconds = round(time.monotonic() - began, 3)
    if status in (502, 503, 504):
        down = UpstreamUnavailable(f"the server answers `{status}`. Wait, or see its status page.")
        yield Step("http", down.message, down, seconds=seconds)
        return
    yield Step("http", f"answers {status}", seconds=seconds)
    yield check_clock(date)


def check_clock(date: str | None) -> Step:
    """Compare an HTTP Date with our clock: windows end at our now."""
    try:
        there = parsedate_to_datetime(date or "")
    except ValueError:
        return Step("clock", "the server names no time, so clocks were not compared", warns=True)
    skew = utcnow() - there
    return build_clock_step(skew, "the source's")


def build_clock_step(skew: timedelta, whose: str) -> Step:
    """How far our clock is ahead of another, and what that means."""
    seconds = skew.total_seconds()
    found = f"this machine's clock is {seconds:+.0f} s from {whose}"
    if abs(skew) > SKEW_ERROR:
        error = ConfigError(
            f"{found}. Windows end at this machine's now, so records are read late or asked for "
            "too early. Set it by NTP."
        )
        return Step("clock", error.message, error)
    return Step("clock", found, warns=abs(skew) > SKEW_WARN)
