"""What one vendor folder tells the sandbox, and how the folders are found.

A vendor is `include/sandbox/vendors/<name>/vendor.py` with a constant `VENDOR`; `<name>` is the
name of the connector that reads it and the prefix its routes are mounted at.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from include.core.errors import ConfigError
from include.sandbox.advance import Changes
from include.sandbox.serve.session import Session

if TYPE_CHECKING:
    from starlette.routing import BaseRoute

Refusal = tuple[int, Any]


@dataclass(frozen=True, slots=True)
class Delivery:
    """One webhook as the vendor sends it: headers with its signature, and the body's text."""

    headers: Mapping[str, str]
    body: str


@dataclass(frozen=True, slots=True)
class Vendor:
    """One vendor the sandbox plays.

    Attributes:
        name: Connector name and mount prefix: routes live below `/<name>`.
        credentials: tenant -> fields; every tenant named here has an account at the vendor. The
            fields `host_path`, `login`, `password`, `extra`, `conn_type` describe the Airflow
            connection (`connections.py`), all others are for the vendor's own routes.
        routes: Builds the routes once per server; they ask `session.state` for the data.
        changed: (session, tenant, changes) -> kind -> ids at this vendor that an advance touched.
        refusal: "401" (token expired), "403" (no right), "429" or "500" -> status and JSON body as
            this vendor words them.
        counts: (session, tenant) -> `counts.<tenant>.<name>` of the truth, at least `streams`.
        records: (session, tenant) -> party_id -> record ids, for `identities` of the truth.
        disputes: (session, tenant) -> sale -> when a bank took (below 0: gave back) how many cents.
        act: (session, tenant, what, at) -> id of the object it happened to, for /_sandbox/act.
        deliver: (session, tenant, since) -> webhooks of what happened, for /_sandbox/webhooks.
        feed: Name in the truth, when the demo's feed is not named like the connector.
    """

    name: str
    credentials: Mapping[str, Mapping[str, Any]]
    routes: "Callable[[Session], list[BaseRoute]]"
    changed: Callable[[Session, str, Changes], dict[str, list[str]]] | None = None
    refusal: Callable[[str], Refusal] | None = None
    counts: Callable[[Session, str], dict[str, Any]] | None = None
    records: Callable[[Session, str], dict[str, list[str]]] | None = None
    disputes: Callable[[Session, str], dict[str, list[tuple[datetime, int]]]] | None = None
    act: Callable[[Session, str, str, datetime], str] | None = None
    deliver: Callable[[Session, str, datetime | None], list[Delivery]] | None = None
    feed: str | None = None


@cache
def load_vendors() -> dict[str, Vendor]:
    """Every vendor by name, sorted.

    Raises:
        ConfigError: If a folder's `VENDOR` is missing or bears another name than its folder.
    """
    found = {}
    for path in sorted((Path(__file__).parents[1] / "vendors").glob("*/vendor.py")):
        name = path.parent.name
        vendor = getattr(import_module(f"include.sandbox.vendors.{name}.vendor"), "VENDOR", None)
        if not isinstance(vendor, Vendor) or vendor.name != name:
            raise ConfigError(
                f"`sandbox/vendors/{name}/vendor.py` has no `VENDOR` of that name. "
                f'Set `VENDOR = Vendor("{name}", ...)` there.'
            )
        found[name] = vendor
    return found


def load_credentials() -> dict[str, Mapping[str, Mapping[str, Any]]]:
    """vendor -> tenant -> fields, of all vendors."""
    return {name: vendor.credentials for name, vendor in load_vendors().items()}
