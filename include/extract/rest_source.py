"""Reads any list API that connector.yaml describes: no Python per connector.

Data flow: window -> request parameters -> pages -> records -> nested lists completed -> hooks ->
window filter -> Page.
"""

import hashlib
import logging
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import orjson

from include.config.connector_spec import Api, Paginator, Stream
from include.config.credentials import Credentials
from include.config.models import Feed
from include.core.errors import ConfigError, ContractBroken
from include.core.streams import Page, Window
from include.extract.auth import build_auth
from include.extract.hooks import Hook, load_hook
from include.extract.http_client import Answer, HttpClient, HttpLimits
from include.extract.paginators import Step, first_step, next_step
from include.extract.rate_limit import RateLimiter
from include.extract.record_path import MISSING, pick, put
from include.extract.windows import build_bound, keep_inside

log = logging.getLogger(__name__)

SINGLE = Paginator(kind="single")
REPEATS_BEFORE_GIVING_UP = 2


def build_base_url(declared: str, host: str | None) -> str:
    """The connection's host, completed by the declared path (`/v1`)."""
    if not host:
        return declared.rstrip("/")
    path = urlsplit(declared).path.rstrip("/")
    host = host.rstrip("/")
    return host if not path or urlsplit(host).path.endswith(path) else host + path


def build_client(
    api: Api, credentials: Credentials, limits: HttpLimits | None = None
) -> HttpClient:
    """HTTP client of one feed.

    Raises:
        MissingSecret: If the connection lacks the secret.
    """
    return HttpClient(
        build_base_url(api.base_url, credentials.host),
        auth=build_auth(api.auth, credentials),
        headers=api.headers,
        limiter=RateLimiter(api.rate_limit.per_second) if api.rate_limit else None,
        limits=limits,
        exact_numbers=api.exact_numbers,
    )


class RestSource:
    """The engine for connectors of kind `rest`."""

    def __init__(
        self, feed: Feed, credentials: Credentials, limits: HttpLimits | None = None
    ) -> None:
        if feed.connector.api is None:
            raise ConfigError(
                f"connector `{feed.connector.connector}` has no `api`. Expected one for kind rest. "
                "Add it to connector.yaml."
            )
        self._feed = feed
        self._api = feed.connector.api
        self._client = build_client(self._api, credentials, limits)

    def check(self) -> None:
        """Ask each stream for one page; the error says what to grant or change."""
        for name, stream in sorted(self._feed.streams.items()):
            spec = self._paginator(stream)
            small = spec.model_copy(update={"size": 1 if spec.size_param else spec.size})
            next(self._walk(stream, small, self._path(name, stream), dict(stream.params)), None)

    def discover(self) -> dict[str, Stream]:
        return dict(self._feed.streams)

    def read(self, stream: str, window: Window) -> Iterator[Page]:
        """Pages of one stream; newest or oldest first as the API decides.

        Raises:
            ContractBroken: If pages repeat, records are missing or the answer is no JSON.
        """
        spec = self._feed.streams[stream]
        hook = load_hook(self._feed.connector.connector, stream)
        path = self._path(stream, spec)
        params = {**spec.params, **_window_params(spec, window)}
        for records in self._walk(spec, self._paginator(spec), path, params):
            for record in records:
                self._complete(spec, record)
            yield build_page(records, spec, window, hook)

    def _paginator(self, stream: Stream) -> Paginator:
        return stream.paginator or self._api.paginator or SINGLE

    def _path(self, name: str, stream: Stream) -> str:
        return stream.path or name

    def _walk(
        self, stream: Stream, paginator: Paginator, path: str, params: Mapping[str, str]
    ) -> Iterator[list[dict[str, Any]]]:
        """Pages until the end; a page that repeats is asked for again, then refused."""
        where = stream.records_path or self._api.records_path
        step: Step | None = first_step(paginator)
        seen: set[bytes] = set()
        repeats = 0
        while step is not None:
            answer = self._ask(path, params, step)
            records = _records(answer.body, where, path)
            following = next_step(paginator, step, answer.body, records, answer.headers)
            here, content = _position(step), _digest(records)
            if content in seen or (following and _position(following) in seen | {here}):
                repeats += 1
                if repeats > REPEATS_BEFORE_GIVING_UP:
                    raise ContractBroken(
                        f"`{path}` answers the same page again and again. Expected the next one. "
                        "Check the paginator's parameter, or report it to the vendor."
                    )
                log.warning("action=page_repeated path=%s times=%d", path, repeats)
                continue
            seen |= {here, content} if records else {here}
            repeats = 0
            yield records
            step = following

    def _ask(self, path: str, params: Mapping[str, str], step: Step) -> Answer:
        if step.url:
            return self._client.get(step.url)
        return self._client.get(path, {**params, **step.params})

    def _complete(self, stream: Stream, record: dict[str, Any]) -> None:
        """Replace embedded lists that are only a part with the whole list."""
        for child in stream.children.values():
            if not child.more_path or not child.url_path or not pick(record, child.more_path):
                continue
            url = str(pick(record, child.url_path))
            paginator = self._api.paginator or SINGLE
            whole = [e for page in self._walk(stream, paginator, url, {}) for e in page]
            put(record, child.path, whole)
            put(record, child.more_path, False)


def build_page(
    records: list[dict[str, Any]], stream: Stream, window: Window, hook: Hook | None
) -> Page:
    """Hooks applied (None drops a record), then the window; both kinds of drop are counted."""
    prepared = [done for r in records if (done := hook(r)) is not None] if hook else records
    kept, outside = keep_inside(prepared, stream, window)
    return Page(kept, filtered=outside + len(records) - len(prepared))


def _window_params(stream: Stream, window: Window) -> dict[str, str]:
    cursor, params = stream.cursor, {}
    if cursor and cursor.param and window.start:
        params[cursor.param] = build_bound(cursor, window.start, is_end=False)
    if cursor and cursor.end_param and window.end:
        params[cursor.end_param] = build_bound(cursor, window.end, is_end=True)
    return params


def _records(body: Any, where: str | None, path: str) -> list[dict[str, Any]]:
    found = pick(body, where, MISSING) if where else body
    if isinstance(found, list) and all(isinstance(record, dict) for record in found):
        return found
    keys = ", ".join(sorted(body)[:8]) if isinstance(body, dict) else type(body).__name__
    raise ContractBroken(
        f"the answer of `{path}` has no list of records at `{where or 'top level'}`, it has: "
        f"{keys or 'nothing'}. Expected a list of objects. Check `records_path` and the version."
    )


def _position(step: Step) -> bytes:
    return repr((step.url, sorted(step.params.items()))).encode()


def _digest(records: list[dict[str, Any]]) -> bytes:
    """What a page is recognised by when it comes twice; empty pages are never recognised."""
    if not records:
        return b""
    try:
        content = orjson.dumps(records, default=str)
    except TypeError:  # an integer beyond 64 bits
        content = repr(records).encode()
    return hashlib.blake2b(content, digest_size=16).digest()
