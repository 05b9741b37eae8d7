"""A first load that kills itself at one step; arguments: URL, tenant, step. See load_killed.py."""

import sys
from collections.abc import Callable
from typing import Any

from include.destinations.postgres.first_table import FirstTable
from include.destinations.postgres.staging import Staging
from include.ledger import loads as ledger
from include.load import loader
from tests.integration.load_case import LoadCase, build_case
from tests.integration.load_killed import after, die

FLAT = {
    "primary_key": ["id"],
    "version": "version",
    "columns": {"id": "int", "version": "int", "note": "text"},
}
PAGES = [[{"id": n, "version": 1, "note": f"n{n}"} for n in (3, 1, 2)]]
STEPS: dict[str, tuple[Any, str, Callable[..., Any]]] = {
    "after COPY": (Staging, "run_copy", after(Staging.run_copy)),
    "after naming": (FirstTable, "run_name", after(FirstTable.run_name)),
    "after key": (FirstTable, "run_finish", after(FirstTable.run_finish)),
    "before commit": (ledger, "run_record_load", after(ledger.run_record_load)),
    "after commit": (loader, "_log_result", die),
}


def build_flat(url: str, **changes: Any) -> LoadCase:
    return build_case(url, {**FLAT, **changes})


if __name__ == "__main__":
    url, tenant, step = sys.argv[1:]
    owner, name, replacement = STEPS[step]
    setattr(owner, name, replacement)
    case = build_flat(url)
    case.tenant = tenant
    case.load(*PAGES)
