"""Walls in a tenant's file: what its options reach must be the tenant's own, or allowed.

Every option that names a file, a program, a host or a connection says so in connector.yaml
(`reach`); this module judges the values by their words while files are validated. What only shows
at run time (where a link leads, what a name resolves to) is judged there again.
"""

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any, Protocol
from urllib.parse import urlsplit

from include.config.connector_spec import Connector
from include.config.walls.allowed_hosts import find_url_fault
from include.config.walls.allowed_programs import find_program_fault
from include.config.walls.own_paths import find_path_fault
from include.config.yaml_file import Loc, Trouble
from include.core import naming


def check_reach(
    connector: Connector, options: Mapping[str, Any], tenant: str, trouble: Trouble
) -> None:
    """Every option that reaches somewhere; what it must not reach goes to `trouble`."""
    programs = []
    for name, option in sorted(connector.options.items()):
        value = options.get(name)
        if value is None or option.reach in (None, "nothing"):
            continue
        if option.reach == "program":
            programs.append(name)
        elif option.reach == "login":
            _check_login(name, value, trouble)
        else:
            fault = _find_fault(str(option.reach), str(value), tenant)
            if fault:
                trouble.append((("options", name), f"option `{name}`: {fault}"))
    fault = find_program_fault(options) if programs else None
    if fault:
        trouble.append((("options", programs[0]), fault))


def _find_fault(reach: str, value: str, tenant: str) -> str | None:
    if reach == "place" and "://" in value and not value.startswith("file://"):
        return _find_place_fault(value, tenant)
    if reach in ("place", "path"):
        return find_path_fault(value, tenant)
    if reach == "below":
        parts = PurePosixPath(value).parts
        if not parts or parts[0] == "/" or ".." in parts or "://" in value:
            return f"`{value}` leads out of `path`. Expected a folder below it."
        return None
    return find_url_fault(value if "://" in value else f"//{value}")


def _find_place_fault(url: str, tenant: str) -> str | None:
    try:
        user = urlsplit(url).username
    except ValueError:
        return "no address. Expected `scheme://<connection id>@place/folder`."
    if user and not naming.is_own_connection(user, tenant):
        return (
            f"the connection `{user}` is not this tenant's. Expected `{tenant}__...`, or none for "
            "the feed's own."
        )
    return None


def _check_login(name: str, value: Any, trouble: Trouble) -> None:
    """`auth` of a declared API: where the client's secret is sent."""
    address = value.get("token_url") if isinstance(value, Mapping) else None
    fault = find_url_fault(str(address)) if address and "://" in str(address) else None
    if fault:
        place: Loc = ("options", name, "token_url")
        trouble.append((place, f"option `{name}`: {fault}"))


class _Named(Protocol):
    @property
    def kind(self) -> str: ...
    @property
    def connection(self) -> str: ...


def find_destination_fault(destination: _Named, tenant: str) -> str | None:
    """Why a tenant's file may not name this connection as its warehouse; None when it may."""
    connection = destination.connection
    own = naming.is_own_connection(connection, tenant)
    if destination.kind != "postgres" and not own:
        return (
            f"`{destination.kind}` needs a connection of the tenant's own, here it is "
            f"`{connection}`. Expected `connection: {tenant}__warehouse` or the like."
        )
    if own or connection == naming.WAREHOUSE_CONNECTION:
        return None
    return (
        f"the connection `{connection}` is not this tenant's. Expected "
        f"`{naming.WAREHOUSE_CONNECTION}` or `{tenant}__...`."
    )
