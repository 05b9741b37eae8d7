"""Every connector's feed at a running sandbox, with the credentials it needs."""

import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from include.config.credentials import Credentials, build_credentials
from include.config.load import load_platform
from include.config.models import Feed
from include.core.streams import Page, Window
from include.extract.hooks import load_connector_module
from include.extract.http_client import HttpLimits
from include.extract.oauth_token import MemoryTokenStore
from include.extract.rest_source import RestSource
from include.extract.source import LocatedSource, Source, build_source
from include.extract.stores import Stores
from include.sandbox.connections import build_connection, find_vendor
from include.sandbox.vendors import load_credentials


@dataclass(frozen=True)
class Case:
    """One demo feed of one connector; a refresh token that works once is kept for all reads."""

    feed: Feed
    credentials: Credentials
    token_store: MemoryTokenStore = field(default_factory=MemoryTokenStore, compare=False)

    @property
    def name(self) -> str:
        return f"{self.feed.tenant.id}-{self.feed.name}"

    @property
    def is_api(self) -> bool:
        return self.feed.connector.api is not None

    @property
    def vendor(self) -> str:
        """Whom the sandbox plays for this feed."""
        return find_vendor(self.feed.connector.connector, self.feed.name)

    def source(self, limits: HttpLimits | None = None, **options: Any) -> Source:
        feed = replace(self.feed, options={**self.feed.options, **options})
        if limits is None or not self.is_api:
            return build_source(feed, self.credentials, Stores(token_store=self.token_store))
        inner = build_limited(feed, self.credentials, limits, self.token_store)
        return LocatedSource(feed, inner)

    def with_secret(self, secret: str) -> "Case":
        """The same connection with every secret but the login replaced."""
        replaced = {"password", *self.feed.connector.secrets} - {"login", "host"}
        fields = {
            name: secret if name in replaced else value
            for name, value in self.credentials.fields.items()
        }
        return Case(self.feed, Credentials("x", self.credentials.host, fields))


def build_limited(
    feed: Feed, credentials: Credentials, limits: HttpLimits, token_store: MemoryTokenStore
) -> Source:
    """The feed's source with other HTTP limits, never waiting between tries."""
    own = load_connector_module(feed.connector.connector, "source")
    if own is None:
        return RestSource(feed, credentials, limits)
    [made] = [
        value
        for value in vars(own).values()
        if inspect.isclass(value) and value.__module__ == own.__name__ and hasattr(value, "read")
    ]
    known = inspect.signature(made).parameters
    given = {"limits": limits, "sleep": lambda seconds: None, "token_store": token_store}
    found: Source = made(feed, credentials, **{n: v for n, v in given.items() if n in known})
    return found


def build_cases(url: str, world: Path) -> dict[str, Case]:
    """All demo feeds by name; API feeds point at the sandbox, file feeds at its exports."""
    cases = {}
    for feed in load_platform().feeds:
        case = _build_case(feed, url, world)
        cases[case.name] = case
    return cases


def _build_case(feed: Feed, url: str, world: Path) -> Case:
    tenant, connector = feed.tenant.id, feed.connector.connector
    vendor = find_vendor(connector, feed.name)
    fields = load_credentials().get(vendor, {}).get(tenant)
    if fields:
        return Case(feed, sandbox_credentials("x", url, vendor, fields))
    path = world / tenant / Path(str(feed.options["path"])).name
    return Case(replace(feed, options={**feed.options, "path": str(path)}), Credentials("x"))


def sandbox_credentials(
    connection_id: str, url: str, vendor: str, fields: Mapping[str, Any]
) -> Credentials:
    """What Airflow would hand over for this vendor's connection."""
    found = build_connection(url, vendor, fields)
    return build_credentials(
        connection_id,
        host=found["host"],
        port=None,
        schema=None,
        login=found.get("login"),
        password=found.get("password"),
        extra=found["extra"],
    )


def read_records(source: Source, stream: str, window: Window) -> list[dict[str, Any]]:
    return [record for page in source.read(stream, window) for record in rows_of(page)]


def rows_of(page: Page) -> Iterator[dict[str, Any]]:
    if isinstance(page.records, pa.RecordBatch | pa.Table):
        yield from page.records.to_pylist()
    else:
        yield from page.records
