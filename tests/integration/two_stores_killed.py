"""A load over two stores that kills itself at one step; arguments: URL, file, tenant, step."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from include.core.streams import FileMark, Page, Tombstone
from include.ledger import loads as ledger
from include.ledger import open_loads
from include.load import loader
from tests.integration.duckdb_destination import DuckSession
from tests.integration.load_case import order, reject
from tests.integration.load_killed import after, die
from tests.integration.two_stores_case import SWEPT, TwoStoresCase, build_two_stores

FIRST = [Page([order(1), order(2), order(3), order(4), {"id": None}], (reject(),))]
# One of each: changed, the same, twice, new, bad, gone, deleted; and the tables change, too.
SECOND = [
    Page([order(1, "2.00", hour=2), order(2), order(5, colour="red"), order(5, "9.00", hour=1)]),
    Page(
        [order(6), order(3, "bad")],
        filtered=2,
        files=(FileMark("orders.csv", "abc", 3),),
        deleted=(Tombstone((6,), "2025-06-01T05:00:00Z"),),
    ),
]
WIDER = {**SWEPT, "columns": {**SWEPT["columns"], "colour": "text", "id": "bigint"}}


def at_second(function: Callable[..., Any]) -> Callable[..., Any]:
    """Die at the second call: the first cleans up after processes that died before."""
    calls: list[int] = []

    def run(*args: Any) -> None:
        calls.append(1)
        if len(calls) == 2:
            die()
        function(*args)

    return run


STEPS: dict[str, tuple[Any, str, Callable[..., Any]]] = {
    "before the entry is prepared": (open_loads, "run_open", die),
    "before the entry is committed": (open_loads, "run_open", after(open_loads.run_open)),
    "prepared": (DuckSession, "run_begin", die),
    "staged there": (DuckSession, "run_begin", after(DuckSession.run_begin)),
    "tables follow": (DuckSession, "run_follow", after(DuckSession.run_follow)),
    "merged": (DuckSession, "run_merge", after(DuckSession.run_merge)),
    "swept": (DuckSession, "run_sweep", after(DuckSession.run_sweep)),
    "deleted": (DuckSession, "run_delete", after(DuckSession.run_delete)),
    "before its commit": (DuckSession, "run_commit", die),
    "after its commit": (DuckSession, "run_commit", after(DuckSession.run_commit)),
    "closed, not entered": (open_loads, "run_close", after(open_loads.run_close)),
    "entered, not committed": (*(ledger, "run_record_load", after(ledger.run_record_load)),),
    "entered": (DuckSession, "run_discard", at_second(DuckSession.run_discard)),
    "cleaned": (loader, "_log_result", die),
}
COMMITTED_AFTER = list(STEPS).index("after its commit")


def load_second(case: TwoStoresCase) -> Any:
    """The load under test, always the one that started second."""
    case.hours = 1
    case.stream = type(case.stream).model_validate(WIDER)
    return case.load(*SECOND, cursor_after="2026-02-01T00:00:00Z", is_full=True)


if __name__ == "__main__":
    url, file, tenant, step = sys.argv[1:]
    owner, name, replacement = STEPS[step]
    setattr(owner, name, replacement)
    load_second(build_two_stores(url, Path(file), tenant))
