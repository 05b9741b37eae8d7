"""Reads any list API that connector.yaml describes: no Python per connector.

Data flow: window -> targets (one list, or one per parent's record) -> pages -> records -> nested
lists completed -> hooks -> window filter -> Page.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from include.config.blocks.paginator import Paginator
from include.config.connector_spec import Stream
from include.core.streams import Page, Window
from include.extract.http.api_client import build_client
from include.extract.http.api_source import ApiSource
from include.extract.http.status import find_limit_in_body
from include.extract.own_python import load_hook
from include.extract.record_page import build_page
from include.extract.record_path import pick, put
from include.extract.rest.position import dump_position, is_resumable, load_position
from include.extract.rest.target import Target, build_child_target, build_target
from include.extract.rest.walk import ListWalk
from include.extract.source import FROM_THE_START, ReadOptions

SINGLE = Paginator(kind="single")


class RestSource(ApiSource):
    """The engine for connectors of kind `rest`."""

    takes_positions = True

    def _prepare(self) -> None:
        self._secrets = tuple(self._credentials.fields.values())
        self._client = build_client(
            self._api,
            self._credentials,
            self._stores,
            self._limits,
            refused=find_limit_in_body,
        )
        self._lists = ListWalk(self._client, self._api.records_path)

    def check(self) -> None:
        """Ask each stream for one page; the error says what to grant or change."""
        for name, stream in sorted(self._feed.streams.items()):
            target = next(self._targets(name, Window()), None)
            if target:
                next(self._lists.walk(stream, _small(self._paginator(stream)), target), None)

    def read(
        self, stream: str, window: Window, options: ReadOptions = FROM_THE_START
    ) -> Iterator[Page]:
        """Pages of one stream; newest or oldest first as the API decides.

        Raises:
            ContractBroken: If pages repeat, records are missing or the answer is no JSON.
            PositionRefused: If a resumable list no longer takes a position.
            UpstreamUnavailable: If the list changed while its pages were read.
        """
        spec = self._feed.streams[stream]
        hook = load_hook(self._feed.connector.connector, stream)
        paginator = self._paginator(spec)
        start = load_position(options.position) if options.position else None
        for target in self._targets(stream, window):
            for listed in self._lists.walk(spec, paginator, target, start):
                for record in listed.records:
                    self._complete(spec, record)
                page = build_page(listed.records, spec, window, hook)
                page = replace(page, rejects=listed.rejects) if listed.rejects else page
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


def _small(paginator: Paginator) -> Paginator:
    return paginator.model_copy(update={"size": 1 if paginator.size_param else paginator.size})
