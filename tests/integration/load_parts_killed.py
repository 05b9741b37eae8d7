"""A process loading in parts that kills itself in the second; arguments: URL, tenant, step."""

import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from include.destinations.postgres.staging import Staging
from include.ledger import loads as ledger
from include.load import loader, parts
from include.load.parts import PartLimits
from tests.integration.list_source import build_shop, fill
from tests.integration.load_killed import after, die
from tests.unit.feed_maker import build_tenant


@dataclass(frozen=True)
class Step:
    """What is replaced, and how many rows are committed when the process dies there."""

    owner: Any
    name: str
    how: Callable[..., Any]
    rows: int


STEPS = {
    "after the first commit": Step(loader, "_log_result", die, 2),
    "emptying the tables": Step(Staging, "run_clear", after(Staging.run_clear), 2),
    "staging the second": Step(Staging, "run_follow_types", die, 2),
    "before the second commit": Step(ledger, "run_record_load", after(ledger.run_record_load), 2),
    "after the second commit": Step(loader, "_log_result", die, 4),
    "in the first part": Step(ledger, "run_record_load", after(ledger.run_record_load), 0),
}
FIRST = ("after the first commit", "emptying the tables", "in the first part")


def second(step: Step) -> Callable[..., Any]:
    """The replacement, once the first part has been committed."""
    original, calls = getattr(step.owner, step.name), []

    def run(*args: Any, **kwargs: Any) -> Any:
        if is_committed:
            calls.append(1)
            return step.how(*args, **kwargs)
        return original(*args, **kwargs)

    return run


is_committed: list[int] = []

if __name__ == "__main__":
    url, tenant, wanted = sys.argv[1:]
    step = STEPS[wanted]
    if wanted in FIRST:
        setattr(step.owner, step.name, step.how)
    else:
        setattr(step.owner, step.name, second(step))
        cleared = Staging.run_clear

        def clear(self: Staging) -> None:
            cleared(self)
            is_committed.append(1)

        Staging.run_clear = clear  # type: ignore[method-assign]
    parts.LIMITS = PartLimits(rows=2)
    shop = build_shop(url)
    shop.feed = replace(shop.feed, tenant=build_tenant(tenant))
    fill(shop.source)
    shop.load()
