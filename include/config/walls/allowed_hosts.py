"""Which hosts a feed may reach: public ones, and those the operator names in `ELT_ALLOWED_HOSTS`.

An entry is a name (`crm.internal`), an address, a network (`10.1.0.0/16`), each also with a port
(`127.0.0.1:8900`), or the absolute path of a folder of Unix sockets.
"""

import ipaddress
import socket
from urllib.parse import urlsplit

from include.config.settings import load_settings
from include.core.errors import ConfigError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
# NAT64 (RFC 6052, 8215): an address inside an address, which `is_global` does not look into.
_NAT64 = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("64:ff9b:1::/48"))
# RFC 6890; one cloud's metadata service is 192.0.0.192, and older Pythons call that global.
_PROTOCOLS = ipaddress.ip_network("192.0.0.0/24")


def find_host_fault(host: str, port: int | None) -> str | None:
    """Why a feed may not name this host, if it is an address; names are judged once resolved."""
    address = _parse(host)
    if address is None or is_allowed(host, address, port):
        return None
    return _refusal(host)


def find_url_fault(url: str) -> str | None:
    """The same for an address with a scheme."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return f"`{urlsplit_scheme(url)}` is no address. Expected `https://host/path`."
    return find_host_fault(host, port) if host else None


def urlsplit_scheme(url: str) -> str:
    """What may be shown of an address that cannot be read: it may hold a password."""
    scheme, found, _rest = url.partition("://")
    return f"{scheme[:20]}://..." if found else "..."


def resolve_host(host: str, port: int | None) -> list[str]:
    """The addresses behind a host, all of which may be reached.

    Raises:
        ConfigError: If any is private, loopback, link-local or otherwise not public, and the
            operator has not allowed it. Nothing was sent.
        OSError: If the name does not resolve.
    """
    if host.startswith("/"):
        if not any(host == entry for entry in load_settings().allowed_hosts):
            raise ConfigError(_refusal(host))
        return [host]
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = list(dict.fromkeys(str(one[4][0]) for one in found))
    for text in addresses:
        address = _parse(text)
        if address is None or not is_allowed(host, address, port):
            raise ConfigError(_refusal(host))
    return addresses


def is_allowed(host: str, address: Address, port: int | None) -> bool:
    """Public, or named by the operator."""
    if _is_public(address):
        return True
    return any(_covers(entry, host, address, port) for entry in load_settings().allowed_hosts)


def _is_public(address: Address) -> bool:
    inner = _unwrap(address)
    if inner is not None:
        return _is_public(inner)
    if isinstance(address, ipaddress.IPv4Address) and address in _PROTOCOLS:
        return False
    # Multicast counts as global; metadata services are link-local or in fd00::/8, so private.
    return address.is_global and not address.is_multicast and not address.is_reserved


def _unwrap(address: Address) -> Address | None:
    """The IPv4 address an IPv6 one really leads to."""
    if isinstance(address, ipaddress.IPv4Address):
        return None
    if any(address in network for network in _NAT64):
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]


def _covers(entry: str, host: str, address: Address, port: int | None) -> bool:
    place, wanted = _split(entry)
    if wanted is not None and wanted != port:
        return False
    if place.lower().rstrip(".") == host.lower().strip("[]").rstrip("."):
        return True
    try:
        network = ipaddress.ip_network(place, strict=False)
    except ValueError:
        return False
    return address in network


def _split(entry: str) -> tuple[str, int | None]:
    if entry.startswith("["):
        place, _, port = entry[1:].partition("]")
        return place, int(port[1:]) if port[1:].isdigit() else None
    place, found, port = entry.rpartition(":")
    if found and port.isdigit() and ":" not in place:
        return place, int(port)
    return entry, None


def _parse(host: str) -> Address | None:
    text = host.strip("[]").partition("%")[0]
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        pass
    try:  # 127.1, 0x7f000001 and 2130706433 are addresses to the resolver as well
        return ipaddress.IPv4Address(socket.inet_aton(text))
    except (OSError, UnicodeError, ValueError):
        return None


def _refusal(host: str) -> str:
    return (
        f"the host `{host}` is not public. Expected a host outside this network. If the platform "
        "may reach it, the operator adds it to ELT_ALLOWED_HOSTS."
    )


def is_named(host: str, port: int | None) -> bool:
    """Whether the operator has named this address in `ELT_ALLOWED_HOSTS`."""
    address = _parse(host)
    return address is not None and not _is_public(address) and is_allowed(host, address, port)
