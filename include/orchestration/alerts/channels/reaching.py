"""What every channel asks before it sends: the connection, and whether its host may be reached."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from include.config.walls.allowed_hosts import resolve_host
from include.config.walls.judged_sockets import judged_sockets
from include.core.errors import ConfigError, Refused, Unreachable

TIMEOUT_S = 10
BUSY = (408, 425, 429)


def fetch_connection(connection_id: str) -> Any:
    """The Airflow connection, its secrets masked.

    Raises:
        Refused: If there is none.
    """
    from airflow.sdk.log import mask_secret

    from include.orchestration.connections import fetch_raw_connection

    try:
        found = fetch_raw_connection(connection_id)
    except ConfigError as error:
        raise Refused(str(error)) from None
    if found is None:
        raise Refused(f"no connection `{connection_id}`. Create it in Airflow.")
    for secret in (found.password, found.extra):
        # Masking very short values would blank ordinary log lines.
        if secret and len(secret) >= 5:
            mask_secret(secret)
    return found


@contextmanager
def inside_walls() -> Iterator[None]:
    """Whatever is sent in here goes to hosts outside this network, or to allowed ones.

    Raises:
        Refused: With the wall's reason; nothing went there.
    """
    try:
        with judged_sockets():
            yield
    except ConfigError as error:
        raise Refused(error.message) from None


def require_host(host: str | None, port: int | None) -> None:
    """Refuse a host inside this network, unless the operator has allowed it.

    Raises:
        Refused: With the wall's reason.
        Unreachable: If the name does not resolve.
    """
    if not host:
        return
    try:
        resolve_host(host, port)
    except ConfigError as error:
        raise Refused(str(error)) from None
    except OSError:
        raise Unreachable(
            "the receiver's name does not resolve. It is sent again by itself."
        ) from None


def require_url(url: str | None) -> None:
    """The same for an address."""
    parts = urlsplit(url or "")
    default = 443 if parts.scheme == "https" else 80
    require_host(parts.hostname, parts.port or default)


def build_status_error(status: int, what: str = "the receiver") -> Refused | Unreachable:
    """The error of an HTTP status that is not 2xx."""
    words = f"{what} answered {status}."
    return Unreachable(words) if status >= 500 or status in BUSY else Refused(words)
