"""How the next page is found: small state machines, one per `kind` of connector.yaml.

Each is asked once per answer. A position that comes back unchanged means the source does not
advance; `PageWalk` in rest_source decides what then.
"""

import copy
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from include.config.blocks.paginator import Paginator
from include.core.errors import ContractBroken
from include.extract.record_path import pick, put

_NEXT_LINK = re.compile(r"<([^>]*)>\s*;[^,]*\brel=\"?next\"?", re.IGNORECASE)

_NO_WORDS = frozenset(("false", "no", "n", "0", "null", "none"))


@dataclass(frozen=True)
class Step:
    """Where the next request goes: extra parameters, or a whole address instead."""

    params: Mapping[str, str] = field(default_factory=dict)
    url: str | None = None


def first_step(spec: Paginator) -> Step:
    """The step of the first page."""
    params = {spec.size_param: str(spec.size)} if spec.size_param and spec.size else {}
    if spec.kind == "page_number":
        params[_param(spec)] = "1"
    if spec.kind == "offset":
        params[_param(spec)] = "0"
    return Step(params)


def next_step(
    spec: Paginator,
    step: Step,
    body: Any,
    records: Sequence[Any],
    headers: Mapping[str, str],
) -> Step | None:
    """The step after this answer, None at the end.

    An empty page ends page numbers and offsets, unless `more_path` says that more follows or
    `last_path` names the last one; everywhere else the source's own word counts.

    Raises:
        ContractBroken: If the answer lacks what the position is read from.
    """
    more = _is_more(pick(body, spec.more_path)) if spec.more_path else None
    if spec.kind == "single" or (spec.more_path and not more):
        return None
    if spec.kind in ("next_url", "link_header"):
        url = _next_address(spec, body, headers)
        return Step(url=url) if url else None
    if spec.kind in ("page_number", "offset"):
        here = int(step.params[_param(spec)])
        if _is_last(spec, here, body, records, more):
            return None
        advance = 1 if spec.kind == "page_number" else max(len(records) - spec.overlap, 1)
        position = str(here + advance)
    elif spec.kind == "last_id":
        position = _last_id(spec, records, bool(more))
    else:
        position = _word(pick(body, spec.next_path or "next"), spec)
    return Step({**step.params, _param(spec): position}) if position else None


def _is_more(said: Any) -> bool:
    """`"false"` in quotes is no yes: it was asked for a next page for ever."""
    return bool(said) and str(said).strip().lower() not in _NO_WORDS


def _word(found: Any, spec: Paginator) -> str:
    """The position as it is sent; empty at the end."""
    if isinstance(found, dict | list) or found is True:
        raise ContractBroken(
            f"a page has a `{type(found).__name__}` at `{spec.next_path or 'next'}`. Expected a "
            "text or a number that leads to the next page. Check `next_path` of the paginator."
        )
    return str(found or "")


def page_of(spec: Paginator, step: Step) -> int:
    """Number of the page at a step of kind page_number."""
    return int(step.params[_param(spec)])


def build_body(
    fixed: Mapping[str, Any], spec: Paginator, window: Mapping[str, str], step: Step
) -> dict[str, Any]:
    """JSON body of a POST: the fixed one with window bounds and paging at their dotted paths.

    Page sizes and counted positions are written as numbers, as JSON APIs want them.
    """
    body: dict[str, Any] = copy.deepcopy(dict(fixed))
    counted = {spec.size_param}
    if spec.kind in ("page_number", "offset"):
        counted.add(_param(spec))
    for path, value in {**window, **step.params}.items():
        *way, _ = path.split(".")
        for depth in range(1, len(way) + 1):
            if pick(body, ".".join(way[:depth])) is None:
                put(body, ".".join(way[:depth]), {})
        put(body, path, int(value) if path in counted else value)
    return body


def _is_last(spec: Paginator, here: int, body: Any, records: Sequence[Any], more: Any) -> bool:
    """Whether no counted page follows; a short page is no end, sources may leave rows out."""
    if spec.last_path:
        last = pick(body, spec.last_path)
        if not isinstance(last, int) or isinstance(last, bool):
            raise ContractBroken(
                f"a page has no number at `{spec.last_path}`. Expected the number of the last "
                "page. Check `last_path` of the paginator."
            )
        return here >= last
    return not more and len(records) <= spec.overlap


def _param(spec: Paginator) -> str:
    return spec.param or {"page_number": "page", "offset": "offset"}.get(spec.kind, "cursor")


def _next_address(spec: Paginator, body: Any, headers: Mapping[str, str]) -> str | None:
    if spec.kind == "next_url":
        return _word(pick(body, spec.next_path or "next"), spec) or None
    match = _NEXT_LINK.search(headers.get("Link", ""))
    return match[1] if match else None


def _last_id(spec: Paginator, records: Sequence[Any], more: bool) -> str:
    """Id of the last record; empty at the end of a source that says nothing about more."""
    if not records:
        if more:
            raise ContractBroken(
                f"an empty page with `{spec.more_path}` true. Expected records to page after. "
                "Run again; if it stays, report it to the vendor."
            )
        return ""
    path = spec.next_path or "id"
    found = pick(records[-1], path)
    if found is None:
        raise ContractBroken(
            f"the last record of a page has no `{path}`. Expected the id to page after. "
            "Check `next_path` of the paginator."
        )
    return _word(found, spec)
