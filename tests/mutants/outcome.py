"""What became of one fault or mutant, and the score of many."""

from collections.abc import Sequence
from dataclasses import dataclass

# A test that never ends has failed; `rotten`, `red` and `no tests` are failures of the list.
FOUND = ("killed", "timeout")


@dataclass(frozen=True)
class Outcome:
    """`kind` is fault or mutant, `place` file:line, `status` killed, survived, timeout, ..."""

    kind: str
    place: str
    name: str
    status: str
    change: str

    @property
    def is_found(self) -> bool:
        return self.status in FOUND


def build_score(outcomes: Sequence[Outcome]) -> float:
    """Share that was found, in percent; 100 of none."""
    found = sum(outcome.is_found for outcome in outcomes)
    return 100 * found / len(outcomes) if outcomes else 100.0
