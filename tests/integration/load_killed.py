"""A loading process that kills itself at one step; arguments: URL, tenant, step.

The steps replace a function of the loader by one that ends the process with SIGKILL before or after
its work, so no cleanup of ours or of Python's runs.
"""

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from include.destinations.postgres.merge import Merge
from include.destinations.postgres.staging import Staging
from include.ledger import loads as ledger
from include.load import loader
from tests.integration.load_case import build_case, order

PAGES = [[order(1, "2.00", hour=2), order(2)], [order(3), order(3), {"id": None}]]


def die(*_args: Any, **_kwargs: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def after(function: Callable[..., Any]) -> Callable[..., Any]:
    def run(*args: Any, **kwargs: Any) -> None:
        function(*args, **kwargs)
        die()

    return run


STEPS: dict[str, tuple[Any, str, Callable[..., Any]]] = {
    "before COPY": (Staging, "run_copy", die),
    "after COPY": (loader._Load, "run_commit", die),
    "after merge": (Merge, "run", after(Merge.run)),
    "before commit": (ledger, "run_record_load", after(ledger.run_record_load)),
    "after commit": (loader, "_log_result", die),
}

if __name__ == "__main__":
    url, tenant, step = sys.argv[1:]
    owner, name, replacement = STEPS[step]
    setattr(owner, name, replacement)
    case = build_case(url)
    case.tenant, case.hours = tenant, 1
    case.load(*PAGES, cursor_after="2026-02-01T00:00:00Z")
