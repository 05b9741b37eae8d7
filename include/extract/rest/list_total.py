"""Does what came add up to what the source says a list has?

A page cut short looks like the end of a list. Where the answer carries a total, the difference
shows before the page is handed on.
"""

from collections.abc import Sequence
from typing import Any

from include.config.blocks.paginator import Paginator
from include.core.errors import ContractBroken, UpstreamUnavailable
from include.extract.record_path import pick
from include.extract.rest.paginators import Step, page_of


class ListTotal:
    """One list while it is read from its beginning.

    The smallest total any answer named counts: records added meanwhile are no loss, and a record
    deleted after it was read only makes the list shorter.
    """

    def __init__(self, spec: Paginator | None, path: str) -> None:
        """`spec` None: read from somewhere in the middle, nothing can be said."""
        self._spec, self._path = spec, path
        self._seen = 0
        self._least: int | None = None

    def is_cut(self, step: Step, body: Any, records: Sequence[Any], *, is_last: bool) -> bool:
        """Whether this page holds fewer records than it must.

        Raises:
            ContractBroken: If the answer names no total.
        """
        if self._spec is None or not self._spec.total_path:
            return False
        said = pick(body, self._spec.total_path)
        if body is None:  # 204: this page is empty, and so is the list unless a page named a total
            said = self._least or 0
        if isinstance(said, bool) or not str(said).isdigit():
            raise ContractBroken(
                f"a page of `{self._path}` has no number at `{self._spec.total_path}`. Expected "
                "the number of records. Check `total_path` of the paginator."
            )
        total = int(said)
        self._least = total if self._least is None else min(self._least, total)
        if is_last:
            return self._seen + len(records) < self._least
        size = self._spec.size
        if self._spec.kind != "page_number" or not size or not self._spec.size_param:
            return False
        return len(records) < min(size, self._least - (page_of(self._spec, step) - 1) * size)

    def add(self, records: Sequence[Any]) -> None:
        """These were handed on."""
        self._seen += len(records)

    def build_error(self) -> UpstreamUnavailable:
        """For a page that stays cut."""
        return UpstreamUnavailable(
            f"the list `{self._path}` ended or thinned out after `{self._seen}` records. Expected "
            f"`{self._least}`, as the answer says. Nothing of it is kept; it is read again later."
        )
