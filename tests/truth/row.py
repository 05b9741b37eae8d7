"""The rows of `.local/truth.json` and the targets they are held against."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass

from tests.truth.agreement import Agreement

ALL = "all tenants"
# Held against all tenants together: single ones are told, not judged, for what a small one lacks
# (a till that asks no address) is no one's to find.
TARGETS = {
    ("people", "pairwise F1"): 0.97,
    ("people", "cluster purity"): 0.98,
    ("people", "whole"): 0.95,
    ("products", "pairwise F1"): 0.95,
}


@dataclass(frozen=True)
class TruthRow:
    """One measure of one tenant. Without a target it is told, not judged."""

    tenant: str
    measure: str
    value: float
    target: float | None
    holds: bool | None


def build_agreement_rows(tenant: str, kind: str, found: Agreement) -> list[TruthRow]:
    """F1, purity and whole entities of one kind; judged over all tenants."""
    values = {
        "pairwise F1": found.f1,
        "pairwise precision": found.precision,
        "pairwise recall": found.recall,
        "cluster purity": found.purity,
        "whole": found.share_whole,
        "records": found.records,
    }
    rows = []
    for name, value in values.items():
        target = TARGETS.get((kind, name)) if tenant == ALL else None
        holds = None if target is None else value >= target
        rows.append(TruthRow(tenant, f"{kind}: {name}", round(value, 4), target, holds))
    return rows


def build_difference_row(tenant: str, measure: str, cents: int) -> TruthRow:
    """Marts minus truth in cents; nothing but nothing holds."""
    return TruthRow(tenant, measure, float(cents), 0.0, cents == 0)


def build_json(rows: Iterable[TruthRow]) -> list[dict[str, object]]:
    return [asdict(row) for row in rows]
