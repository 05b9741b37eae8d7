"""One measured line of `make bench`."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """A measurement, its target and whether it holds.

    Attributes:
        target: What was promised, in the same unit; None: shown for context only.
        at_least: True when larger is better, False when `value` must stay below the target.
    """

    name: str
    value: float
    unit: str
    target: float | None = None
    at_least: bool = True

    @property
    def holds(self) -> bool:
        if self.target is None:
            return True
        return self.value >= self.target if self.at_least else self.value <= self.target
