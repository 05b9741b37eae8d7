"""Reads any list API that connector.yaml describes: no Python per connector.

Data flow: window -> targets (one list, or one per parent's record) -> pages -> records -> nested
lists completed -> hooks -> window filter -> Page.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from include.config.connector_spec import Api, Paginator, Stream
from include.config.credentials import Credentials
from include.config.models import Feed
from include.core.errors import ConfigError
from include.core.streams import Page, Window
from include.extract.http.api_auth import build_api_auth
from include.extract.http.client import HttpClient, HttpLimits, Refused
from include.extract.http.rate_limit import build_limiter
from include.extract.http.status import find_limit_in_body
from include.extract.own_python import Hook, load_hook
from include.extract.record_path import pick, put
from include.extract.rest.position import dump_position, is_resumable, load_position
from include.extract.rest.target import Target, build_child_target, build_target
from include.extract.rest.walk import ListWalk
from include.extract.stores.rate_budget import RateBudget
from include.extract.stores.tokens import TokenStore
from include.extract.windows import keep_inside

SINGLE = Paginator(kind="single")


def build_base_url(declared: str, host: str | None) -> str:
    """The connection's host, completed by the declared path (`/v1`)."""
    if not host:
        return declared.rstrip("/")
    path = urlsplit(declared).path.rstrip("/")
    host = host.rstrip("/")
    return host if not path or urlsplit(host).path.endswith(path) else host + path


def build_client(
    api: Api,
    credentials: Credentials,
    limits: HttpLimits | None = None,
    *,
    token_store: TokenStore | None = None,
    rate_budget: RateBudget | None = None,
    refused: Refused | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> HttpClient:
    """HTTP client of one feed.

    Raises:
        MissingSecret: If the connection lacks the secret.
    """
    return HttpClient(
        build_base_url(api.base_url, credentials.host),
        auth=build_api_auth(api, credentials, token_store),
        headers=api.headers,
        limiter=build_limiter(api, credentials, rate_budget, sleep=sleep),
        limits=limits,
        exact_numbers=api.exact_numbers,
        refused=refused,
        sleep=sleep,
    )


class RestSource:
    """The engine for connectors of kind `rest`."""

    def __init__(
        self,
        feed: Feed,
        credentials: Credentials,
        limits: HttpLimits | None = None,
        *,
        token_store: TokenStore | None = None,
        rate_budget: RateBudget | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        if feed.connector.api is None:
            raise ConfigError(
                f"connector `{feed.connector.connector}` has no `api`. Expected one for kind rest. "
                "Add it to connector.yaml."
            )
        self._feed = feed
        self._api = feed.connector.api
        self._secrets = tuple(credentials.fields.values())
        self._client = build_client(
            self._api,
            credentials,
            limits,
            token_store=token_store,
            rate_budget=rate_budget,
            refused=find_limit_in_body,
            sleep=sleep,
        )
        self._lists = ListWalk(self._client, self._api.records_path)

    def check(self) -> None:
        """Ask each stream for one page; the error says what to grant or change."""
        for name, stream in sorted(self._feed.streams.items()):
            target = next(self._targets(name, Window()), None)
            if target:
                next(self._lists.walk(stream, _small(self._paginator(stream)), target), None)

    def discover(self) -> dict[str, Stream]:
        return dict(self._feed.streams)

    def read(self, stream: str, window: Window, position: str | None = None) -> Iterator[Page]:
        """Pages of one stream; newest or oldest first as the API decides.

        Args:
            position: `Page.position` after which to go on.

        Raises:
            ContractBroken: If pages repeat, records are missing or the answer is no JSON.
            PositionRefused: If a resumable list no longer takes a position.
            UpstreamUnavailable: If the list changed while its pages were read.
        """
        spec = self._feed.streams[stream]
        hook = load_hook(self._feed.connector.connector, stream)
        paginator = self._paginator(spec)
        start = load_position(position) if position else None
        for target in self._targets(stream, window):
            for listed in self._lists.walk(spec, paginator, target, start):
                for record in listed.records:
                    self._complete(spec, record)
                page = build_page(listed.records, spec, window, hook)
                if is_resumable(spec, paginator):
                    page = replace(page, position=dump_position(listed.following, self._secrets))
                yield page

    def _paginator(self, stream: Stream) -> Paginator:
        return stream.paginator or self._api.paginator or SINGLE

    def _targets(self, name: str, window: Window) -> Iterator[Target]:
        """The lists that make up a stream: one, or one per record of its parent, each once."""
        # The parent may not be among the feed's selected streams.
        stream = self._feed.connector.streams[name]
        target = build_target(name, stream, window)
        if stream.parent is None:
            yield target
            return
        parent = self._feed.connector.streams[stream.parent.stream]
        seen: set[str] = set()
        for above in self._targets(stream.parent.stream, Window()):
            for listed in self._lists.walk(parent, self._paginator(parent), above):
                for record in listed.records:
                    found = build_child_target(target, stream, parent, record)
                    if found.path not in seen:
                        seen.add(found.path)
                        yield found

    def _complete(self, stream: Stream, record: dict[str, Any]) -> None:
        """Replace embedded lists that are only a part with the whole list."""
        for child in stream.children.values():
            if not child.more_path or not child.url_path or not pick(record, child.more_path):
                continue
            url = str(pick(record, child.url_path))
            paginator = self._api.paginator or SINGLE
            pages = self._lists.walk(stream, paginator, Target(url))
            whole = [element for page in pages for element in page.records]
            put(record, child.path, whole)
            put(record, child.more_path, False)


def build_page(
    records: list[dict[str, Any]], stream: Stream, window: Window, hook: Hook | None
) -> Page:
    """Hooks applied (None drops a record), then the window; both kinds of drop are counted."""
    prepared = [done for r in records if (done := hook(r)) is not None] if hook else records
    kept, outside = keep_inside(prepared, stream, window)
    return Page(kept, filtered=outside + len(records) - len(prepared))


def _small(paginator: Paginator) -> Paginator:
    return paginator.model_copy(update={"size": 1 if paginator.size_param else paginator.size})
