"""What the REST engine asks for: one list, or one list per record of a parent stream."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlsplit

from include.config.blocks.paginator import Paginator
from include.config.connector_spec import Stream
from include.core.errors import ContractBroken
from include.core.streams import Window
from include.extract.http.client import Answer, HttpClient
from include.extract.record_path import pick, put
from include.extract.rest.paginators import Step, build_body
from include.extract.windows import build_asked_window, build_bound


@dataclass(frozen=True)
class Target:
    """One list of one stream.

    Attributes:
        params: Fixed query parameters and window bounds.
        body: Fixed JSON body; asked for by POST when set.
        kept: Column path -> value of the parent's record, put into each record read.
    """

    path: str
    params: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None
    kept: Mapping[str, Any] = field(default_factory=dict)

    @property
    def shown(self) -> str:
        """The path alone: the query of an address the source named may hold a secret."""
        return urlsplit(self.path).path

    def ask(self, client: HttpClient, paginator: Paginator, step: Step) -> Answer:
        """The page at `step`."""
        if step.url:
            return client.get(step.url)
        if self.body is None:
            return client.get(self.path, {**self.params, **step.params})
        return client.post(self.path, build_body(self.body, paginator, self.params, step))

    def put_kept(self, records: list[dict[str, Any]]) -> None:
        """Give each record what it inherits from the parent's record."""
        for record in records:
            for path, value in self.kept.items():
                put(record, path, value)


def build_target(name: str, stream: Stream, window: Window) -> Target:
    """The list of a stream that has no parent."""
    params = {**stream.params, **build_window_params(stream, window)}
    return Target(stream.path or name, params, stream.body if stream.method == "post" else None)


def build_child_target(
    target: Target, stream: Stream, parent: Stream, record: Mapping[str, Any]
) -> Target:
    """The list of one parent's record: its path filled, its columns to be kept.

    Raises:
        ContractBroken: If the parent's record lacks what the path needs.
    """

    def fill(match: re.Match[str]) -> str:
        value = pick(record, _place(parent, match[1]))
        if value in (None, ""):
            raise ContractBroken(
                f"a record of the parent has no `{match[1]}`. Expected a value for the path "
                f"`{target.path}`. Check the parent's column."
            )
        return quote(str(value), safe="")

    keep = stream.parent.keep if stream.parent else {}
    kept = {_place(stream, own): pick(record, _place(parent, its)) for own, its in keep.items()}
    return Target(re.sub(r"{(\w+)}", fill, target.path), target.params, target.body, kept)


def build_window_params(stream: Stream, window: Window) -> dict[str, str]:
    """The window's bounds as the API takes them."""
    cursor, params = stream.cursor, {}
    if cursor is None:
        return {}
    asked = build_asked_window(cursor, window)
    if cursor.param and asked.start:
        params[cursor.param] = build_bound(cursor, asked.start, is_end=False)
    if cursor.end_param and asked.end:
        params[cursor.end_param] = build_bound(cursor, asked.end, is_end=True)
    return params


def _place(stream: Stream, column: str) -> str:
    return stream.columns[column].path or column
