"""A database's server at the addresses that were looked at: the driver does not resolve it again.

Who controls a name's DNS could otherwise answer with a public address when it is looked at, and
with one of this network when the driver connects. The name stays for the certificate.
"""

import socket
from collections.abc import Sequence
from itertools import zip_longest
from typing import Any

from include.config.walls.allowed_hosts import resolve_host
from include.core.errors import UpstreamUnavailable

# Without a host the drivers take this machine, or its socket.
LOCAL_HOST = "localhost"
PORTS = {"postgresql": 5432, "mysql": 3306, "mssql": 1433}
# A server that cannot be reached, as MySQL's client names it.
_NO_CONNECTION = 2003
Server = tuple[str, int, list[str]]


def resolve_servers(url: Any, dialect: str) -> list[Server]:
    """(host, port, addresses) of every server the URL names: libpq takes several.

    Raises:
        ConfigError: If one is not to be reached.
        UpstreamUnavailable: If a name does not resolve; the driver would ask for it again.
    """
    places = _places(url) or [(LOCAL_HOST, None)]
    for text in (*_listed(url.query.get("hostaddr")), *_listed(url.query.get("unix_socket"))):
        resolve_host(text, None)
    return [
        (host, port or PORTS[dialect], _resolve(host, port or PORTS[dialect]))
        for host, port in places
    ]


def _resolve(host: str, port: int) -> list[str]:
    try:
        return resolve_host(host, port)
    except OSError as error:
        raise UpstreamUnavailable(
            f"the database's host `{host}` does not resolve: {error.strerror or 'no address'}. "
            "Expected a name this machine knows. Check the connection's host and the network's DNS."
        ) from None


def _places(url: Any) -> list[tuple[str, int | None]]:
    """Hosts and ports, from where a URL holds one server or several."""
    hosts = [text for text in (*_listed(url.host), *_listed(url.query.get("host"))) if text]
    given = [int(text) for text in _listed(url.query.get("port")) if text.isdigit()]
    ports: list[int | None] = [*given] if len(given) == len(hosts) else [None] * len(hosts)
    if len(given) == 1:
        ports = [given[0]] * len(hosts)
    found = []
    for host, port in zip_longest(hosts, ports):
        name, sign, own = host.partition(":") if host.count(":") == 1 else (host, "", "")
        found.append((name, int(own) if sign and own.isdigit() else port or url.port))
    return found


def _listed(value: Any) -> list[str]:
    """libpq separates by commas; a key that stands twice comes as a tuple."""
    texts = [value] if isinstance(value, str) else value or ()
    return [one for text in texts for one in text.split(",")]


def pin_libpq(url: Any, servers: Sequence[Server]) -> Any:
    """The URL with each server at its addresses, in turn; as it is where it names them itself.

    Source: PostgreSQL's manual, 34.1.2: `hostaddr` is connected to, `host` is what a certificate
    is checked against.
    """
    if url.query.get("hostaddr") or not _places(url):
        return url
    flat = [(host, port, address) for host, port, found in servers for address in found]
    hosts, ports, addresses = zip(*flat, strict=True)
    kept = url.set(host=None, port=None).difference_update_query(["host", "port"])
    return kept.update_query_dict(
        {
            "host": ",".join(hosts),
            "port": ",".join(map(str, ports)),
            # The path of a socket is no address.
            "hostaddr": ",".join("" if one.startswith("/") else one for one in addresses),
        }
    )


def connect_mysql(servers: Sequence[Server], arguments: dict[str, Any]) -> Any:
    """A connection of PyMySQL over a socket to one of the addresses.

    Raises:
        pymysql.err.OperationalError: If none answers, as the driver itself would say.
    """
    import pymysql

    timeout = arguments.get("connect_timeout")
    failure: OSError | None = None
    for _, port, addresses in servers:
        for address in addresses:
            try:
                opened = socket.create_connection((address, port), timeout)
            except OSError as error:
                failure = error
                continue
            opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            connection = pymysql.connect(**{**arguments, "defer_connect": True})
            connection.connect(opened)
            return connection
    raise pymysql.err.OperationalError(_NO_CONNECTION, f"no server answers ({failure})")
