"""Walks one list page by page, and believes no page that contradicts what came before."""

import logging
from collections.abc import Iterator
from itertools import chain

from include.config.blocks.paginator import Paginator
from include.config.connector_spec import Stream
from include.core.errors import ContractBroken, UpstreamError
from include.extract.http.client import Answer, HttpClient
from include.extract.rest.list_total import ListTotal
from include.extract.rest.page import (
    Listed,
    build_digest,
    drop_overlap,
    pick_elements,
    pick_key,
    split_elements,
)
from include.extract.rest.paginators import Step, first_step, next_step
from include.extract.rest.passes import SteadyPasses, may_skip
from include.extract.rest.position import build_refusal, is_resumable
from include.extract.rest.refused import find_refusal
from include.extract.rest.target import Target

log = logging.getLogger(__name__)

REPEATS_BEFORE_GIVING_UP = 2
# Rows that rights filter out leave pages empty, but not so many in a row.
MOST_EMPTY_PAGES = 1000


class ListWalk:
    """Lists of one API."""

    def __init__(self, client: HttpClient, records_path: str | None) -> None:
        self._client, self._records_path = client, records_path

    def walk(
        self, stream: Stream, paginator: Paginator, target: Target, start: Step | None = None
    ) -> Iterator[Listed]:
        """Pages until the end; none where the source says that there is no such list.

        Args:
            start: Where to begin instead of the first page.
        """
        pages = self._listed(stream, paginator, target, start)
        try:
            first = next(pages, None)
        except UpstreamError as error:
            if start is not None or error.status not in stream.empty_on:
                raise
            log.warning("action=no_such_list path=%s status=%s", target.shown, error.status)
            return
        if first is None:
            return
        if not may_skip(paginator) or first.following is None:
            yield first
            yield from pages
            return
        passes = SteadyPasses(stream, paginator.size, target.shown)
        yield from passes.walk(chain([first], pages))
        while not passes.is_steady:
            yield from passes.walk(self._listed(stream, paginator, target, None))

    def _listed(
        self, stream: Stream, paginator: Paginator, target: Target, start: Step | None
    ) -> Iterator[Listed]:
        """Pages until the end; one that repeats or is cut is asked for again, then refused."""
        where = stream.records_path or self._records_path
        step: Step | None = start or first_step(paginator)
        total = ListTotal(paginator if start is None else None, target.shown)
        seen: set[bytes] = set()
        repeats, empty, last, may_refuse = 0, 0, None, start is not None
        while step is not None:
            answer = self._ask(target, paginator, step, may_refuse=may_refuse)
            refusal = find_refusal(answer, where, paginator, target.shown)
            if refusal is not None:
                raise refusal
            records = pick_elements(answer.body, where, target.shown)
            is_silent = answer.body is None
            following = (
                None
                if is_silent
                else next_step(paginator, step, answer.body, records, answer.headers)
            )
            here, content = _position(step), build_digest(records)
            fresh = records[1:] if paginator.overlap and last else records
            repeated = content in seen or bool(following and _position(following) in seen | {here})
            if repeated or total.is_cut(step, answer.body, fresh, is_last=following is None):
                repeats += 1
                if repeats > REPEATS_BEFORE_GIVING_UP:
                    raise _repeated(target.shown) if repeated else total.build_error()
                log.warning(
                    "action=page_again path=%s times=%d cut=%s", target.shown, repeats, not repeated
                )
                continue
            seen |= {here, content} if records else {here}
            repeats, empty = 0, 0 if records else empty + 1
            if empty > MOST_EMPTY_PAGES:
                raise _endless(target.shown)
            if paginator.overlap:
                before, last = last, pick_key(stream, records) or last
                records = drop_overlap(stream, records, before, target.shown)
            total.add(records)
            records, odd = split_elements(records, target.shown)
            target.put_kept(records)
            yield Listed(records, following, odd)
            step, may_refuse = following, is_resumable(stream, paginator)

    def _ask(self, target: Target, paginator: Paginator, step: Step, *, may_refuse: bool) -> Answer:
        try:
            return target.ask(self._client, paginator, step)
        except UpstreamError as error:
            if not may_refuse:
                raise
            raise build_refusal(error, target.shown) from error


def _repeated(path: str) -> ContractBroken:
    return ContractBroken(
        f"`{path}` answers the same page again and again. Expected the next one. Check the "
        "paginator's parameter, or report it to the vendor."
    )


def _endless(path: str) -> ContractBroken:
    return ContractBroken(
        f"`{path}` answered more than {MOST_EMPTY_PAGES} empty pages in a row, each naming a next "
        "one. Expected records or an end. Check the paginator, or report it to the vendor."
    )


def _position(step: Step) -> bytes:
    return repr((step.url, sorted(step.params.items()))).encode()
