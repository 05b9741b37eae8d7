"""One number for a table's, feed's or tenant's data health, and what each point was lost to.

Each check that found something costs a share of what is left:

    loss = weight of its severity x share of the rows (or of the money, if that is more) it touches
    score = 100 x product of (1 - loss), rounded down to a tenth

so one defect costs in proportion to what it touches, and 100.0 means that nothing was found. A
check that speaks of a whole table without a share of its own costs `WHOLE`. A broken check, and a
declared one that never ran, cost `HIDDEN`: what nobody could check is not healthy. A muted one
costs what it finds. Tables are weighed by the logarithm of their rows, those that hold money twice.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from typing import Any

from include.quality.check import CheckOutcome, Origin, Severity, Status

WEIGHTS = {Severity.ERROR: 1.0, Severity.WARN: 0.8, Severity.INFO: 0.2}
WHOLE = {Severity.ERROR: 0.25, Severity.WARN: 0.05, Severity.INFO: 0.05}
HIDDEN = 0.10
_EARLY = "_early"
_MOST = 0.999
_TENTH = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Reason:
    """What some points were lost to."""

    points: Decimal
    dimension: str
    table: str
    check: str
    words: str

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready; points as text, for they add up exactly."""
        return {
            "points": str(self.points),
            "dimension": self.dimension,
            "table": self.table,
            "check": self.check,
            "words": self.words,
        }


@dataclass(frozen=True, slots=True)
class Score:
    """A score and its reasons, the dearest first; their points add up to 100 less the value.

    Attributes:
        value: 0 to 100 with one decimal; None when nothing was checked.
        rows: Rows of the tables behind it.
        checks: How many checks ran or should have.
        failed: How many of them did not pass.
    """

    value: Decimal | None
    reasons: tuple[Reason, ...] = ()
    rows: int = 0
    checks: int = 0
    failed: int = 0
    has_money: bool = False

    @property
    def weight(self) -> float:
        """What it counts for beside other tables."""
        return build_weight(self.rows, has_money=self.has_money)


def build_weight(rows: int, *, has_money: bool = False) -> float:
    """Ten times as many rows weigh one more; a table of amounts weighs twice."""
    return (1 + math.log10(1 + rows)) * (2 if has_money else 1)


def build_table_score(outcomes: Iterable[CheckOutcome]) -> Score:
    """The score of what these outcomes speak of."""
    counted = [outcome for outcome in outcomes if _counts(outcome)]
    if not counted:
        return Score(None)
    failed = [outcome for outcome in counted if outcome.status is not Status.PASSED]
    names = {(outcome.about, outcome.name) for outcome in failed}
    losses = [
        (outcome, min(build_loss(outcome), _MOST))
        for outcome in failed
        if (outcome.about, outcome.name.removesuffix(_EARLY)) not in names
        or not outcome.name.endswith(_EARLY)
    ]
    kept = math.prod(1 - loss for _, loss in losses)
    value = _round_down(100 * kept, is_perfect=not failed)
    return Score(
        value,
        _share_out(losses, value),
        rows=max((outcome.rows_checked or 0 for outcome in counted), default=0),
        checks=len(counted),
        failed=len(failed),
        has_money=any(outcome.money_share is not None for outcome in counted),
    )


def build_joint_score(scores: Sequence[Score]) -> Score:
    """That of several tables together; a reason's points shrink with its table's weight."""
    known = [score for score in scores if score.value is not None]
    if not known:
        return Score(None)
    total = sum(score.weight for score in known)
    lost = sum(float(100 - (score.value or 0)) * score.weight / total for score in known)
    is_perfect = not any(score.failed for score in known)
    value = _round_down(100 - lost, is_perfect=is_perfect)
    parts = [
        (reason, float(reason.points) * score.weight / total)
        for score in known
        for reason in score.reasons
    ]
    return Score(
        value,
        _rescale(parts, value),
        rows=sum(score.rows for score in known),
        checks=sum(score.checks for score in known),
        failed=sum(score.failed for score in known),
        has_money=any(score.has_money for score in known),
    )


def build_tables(outcomes: Iterable[CheckOutcome]) -> dict[str, list[CheckOutcome]]:
    """Outcomes by the table they speak of, `` for those that speak of none; sorted."""
    found: dict[str, list[CheckOutcome]] = {}
    for outcome in outcomes:
        found.setdefault(outcome.about or "", []).append(outcome)
    return dict(sorted(found.items()))


def build_loss(outcome: CheckOutcome) -> float:
    """Share of the score that one outcome takes."""
    weight = WEIGHTS[outcome.severity]
    if outcome.status is not Status.FAILED:
        return HIDDEN * weight
    if outcome.share is None:
        return WHOLE[outcome.severity]
    return weight * max(outcome.share, outcome.money_share or 0.0)


def build_words(outcome: CheckOutcome) -> str:
    """What an outcome says of its table, for a person; never row contents."""
    table = outcome.about or "the data"
    if outcome.status is Status.BROKEN:
        return f"a check of {table} cannot run: {outcome.detail}"
    if outcome.status is Status.SKIPPED:
        return f"a check of {table} has never run: {outcome.detail}"
    said = outcome.detail
    if outcome.share is not None:
        said = f"{_percent(outcome.share)} of {table}: {outcome.detail}"
        if outcome.money_share:
            said += f" They hold {_percent(outcome.money_share)} of the money."
    if outcome.muted_until is not None:
        said += f" (muted until {outcome.muted_until:%Y-%m-%d})"
    return said


def _counts(outcome: CheckOutcome) -> bool:
    """A skipped check counts only where somebody has asked for it."""
    return outcome.status is not Status.SKIPPED or outcome.origin is Origin.DECLARED


def _round_down(value: float, *, is_perfect: bool) -> Decimal:
    if is_perfect:
        return Decimal("100.0")
    rounded = Decimal(str(round(value, 6))).quantize(_TENTH, ROUND_DOWN)
    return max(Decimal("0.0"), min(rounded, Decimal("99.9")))


def _share_out(losses: Sequence[tuple[CheckOutcome, float]], value: Decimal) -> tuple[Reason, ...]:
    """Points by how much each loss takes of the product."""
    parts = [
        (
            Reason(
                Decimal(0),
                outcome.dimension.value,
                outcome.about or "",
                outcome.name,
                build_words(outcome),
            ),
            -math.log1p(-loss),
        )
        for outcome, loss in losses
    ]
    return _rescale(parts, value)


def _rescale(parts: Sequence[tuple[Reason, float]], value: Decimal) -> tuple[Reason, ...]:
    """Tenths of a point by the parts' sizes, so that they add up; the largest remainders gain."""
    tenths = int((100 - value) * 10)
    total = sum(size for _, size in parts)
    if not parts or total <= 0:
        return tuple(reason for reason, _ in parts)
    exact = [size / total * tenths for _, size in parts]
    given = [int(one) for one in exact]
    order = sorted(range(len(parts)), key=lambda n: given[n] - exact[n])
    for n in order[: tenths - sum(given)]:
        given[n] += 1
    found = [
        Reason(Decimal(count) / 10, r.dimension, r.table, r.check, r.words)
        for (r, _), count in zip(parts, given, strict=True)
    ]
    return tuple(sorted(found, key=lambda r: (-r.points, r.table, r.check)))


def _percent(share: float) -> str:
    return f"{100 * share:.1f}%" if share >= 0.001 else "less than 0.1%"


def as_dicts(reasons: Iterable[Reason]) -> list[Mapping[str, Any]]:
    """JSON-ready."""
    return [reason.as_dict() for reason in reasons]
