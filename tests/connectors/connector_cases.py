"""Every connector's feed at a running sandbox, with the credentials it needs."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from include.config.blocks.paginator import Paginator
from include.config.connector_spec import Stream
from include.config.credentials import ConnectionFields, Credentials, build_credentials
from include.config.models import Feed
from include.core.streams import Page, Window
from include.extract.choose_source import LocatedSource, build_source
from include.extract.http.api_source import ApiSource
from include.extract.http.client import HttpLimits
from include.extract.own_python import load_connector_module
from include.extract.rest.source import RestSource
from include.extract.source import Source
from include.extract.stores.source_stores import Stores
from include.extract.stores.tokens import MemoryTokenStore
from include.sandbox.serve.connections import build_connection, find_vendor
from include.sandbox.serve.vendors import load_credentials
from tests.shipped import load_demo_platform


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
        own = load_connector_module(feed.connector.connector, "source")
        made: type[ApiSource] = own.SOURCE if own else RestSource
        stores = Stores(token_store=self.token_store)
        quick = replace(limits, sleep=nap)
        return LocatedSource(feed, made(feed, self.credentials, stores, quick))

    def quick(self, page: int | None = None, **options: Any) -> Source:
        """The feed's source without its rate limit, napping where it would wait.

        Args:
            page: Records per page, however the connector sets it; the ordinary size if None.
        """
        feed = build_paged(self.feed, page) if page else self.feed
        connector = feed.connector
        if connector.api is None:
            return replace(self, feed=feed).source(None, **options)
        api = connector.api.model_copy(update={"rate_limit": None})
        changed = connector.model_copy(update={"api": api})
        return replace(self, feed=replace(feed, connector=changed)).source(HttpLimits(), **options)

    def with_secret(self, secret: str) -> "Case":
        """The same connection with every secret but the login replaced."""
        replaced = {"password", *self.feed.connector.secrets} - {"login", "host"}
        fields = {
            name: secret if name in replaced else value
            for name, value in self.credentials.fields.items()
        }
        return Case(self.feed, Credentials("x", self.credentials.host, fields))


def nap(seconds: float) -> None:
    """Waiting that costs a test next to nothing and still lets another thread get on."""
    time.sleep(min(seconds, 0.005))


def build_paged(feed: Feed, size: int) -> Feed:
    """The feed with pages of so many records, where its yaml or an option says how many."""
    connector = feed.connector
    changes: dict[str, Any] = {"streams": _repaged(connector.streams, size)}
    if connector.api is not None and connector.api.paginator is not None:
        paginator = _resized(connector.api.paginator, size)
        changes["api"] = connector.api.model_copy(update={"paginator": paginator})
    options = {"page_size": size} if "page_size" in connector.options else {}
    return replace(
        feed,
        connector=connector.model_copy(update=changes),
        streams=_repaged(feed.streams, size),
        options={**feed.options, **options},
    )


def _repaged(streams: Mapping[str, Stream], size: int) -> dict[str, Stream]:
    found = {}
    for name, stream in streams.items():
        if stream.paginator is not None:
            stream = stream.model_copy(update={"paginator": _resized(stream.paginator, size)})
        found[name] = stream
    return found


def _resized(paginator: Paginator, size: int) -> Paginator:
    # A page that begins with the last record of the one before holds at least another one.
    least = 2 if paginator.overlap else 1
    ordinary = paginator.size
    return paginator.model_copy(update={"size": ordinary and min(ordinary, max(size, least))})


def build_cases(url: str, world: Path) -> dict[str, Case]:
    """All demo feeds by name; API feeds point at the sandbox, file feeds at its exports."""
    cases = {}
    for feed in load_demo_platform().feeds:
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
        ConnectionFields(
            connection_id,
            host=found["host"],
            port=None,
            schema=None,
            login=found.get("login"),
            password=found.get("password"),
            extra=found["extra"],
        )
    )


def read_records(source: Source, stream: str, window: Window) -> list[dict[str, Any]]:
    pages = list(source.read(stream, window))
    if any(page.position is not None for page in pages):
        # Else a read that broke off would be begun anew each time, for ever.
        assert isinstance(source, LocatedSource)
        assert source._inner.takes_positions, "pages carry positions that `read` does not take"
    return [record for page in pages for record in rows_of(page)]


def rows_of(page: Page) -> Iterator[dict[str, Any]]:
    if isinstance(page.records, pa.RecordBatch | pa.Table):
        yield from page.records.to_pylist()
    else:
        yield from page.records
