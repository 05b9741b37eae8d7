"""What a tenant may say about identity, and what a run answers."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from include.core.clock import utcnow

Kind = Literal["people", "companies", "products"]
Survivorship = Literal["most_recent", "most_complete", "source_order"]
ID_PREFIX = {"people": "per_", "companies": "com_", "products": "prd_"}


@dataclass(frozen=True)
class IdentitySettings:
    """Thresholds, limits and rules; every default was learned on labelled sets or is a wall.

    Attributes:
        accept: Pairs at or above this probability are one entity.
        review: Pairs between this and `accept` wait for a person.
        keep: Rejected pairs below this probability are counted by their evidence, not kept.
        keep_all: As long as there are no more spellings than this, every pair is kept.
        region: ISO code; how a phone number without a country is read.
        survivorship: attribute -> rule; `*` for all others.
        source_order: Connectors, the most trusted first; for the rule `source_order`.
        max_cluster: Distinct spellings of one entity; what would go beyond is put up for review.
        max_block: Records alike in one respect only that are still compared with each other.
        max_pairs: Candidate pairs a run may score; more is refused before scoring.
        max_names: A key borne by this many differently named records is nobody's.
        retrain_after: Parameters older than this are learned again.
        is_trained: Learn the model's numbers from the records where none are saved or they are old.
        full: Score every pair again instead of those of new and changed records.
    """

    accept: float = 0.9
    review: float = 0.6
    keep: float = 0.01
    keep_all: int = 50_000
    region: str = "US"
    survivorship: dict[str, Survivorship] = field(default_factory=dict)
    source_order: tuple[str, ...] = ()
    max_cluster: int = 100
    max_block: int = 50
    max_pairs: int = 60_000_000
    max_names: int = 5
    retrain_after: timedelta = timedelta(days=90)
    full: bool = False
    is_trained: bool = True
    threads: int | None = None
    memory: str | None = None
    now: datetime = field(default_factory=utcnow)

    def floor(self, profiles: int) -> float:
        """The score from which on pairs are kept, of so many spellings: ten pairs each are few
        of a shop's and ten million of a chain's."""
        return 0.0 if profiles <= self.keep_all else self.keep


@dataclass(frozen=True)
class ResolveSummary:
    """Counts of one run.

    Attributes:
        candidates: Pairs counted before any was scored.
        scored: Pairs scored in this run.
        unlike: Of these, rejected below the floor: counted in table `unlike`, not kept as pairs.
        accepted: Pairs of the whole answer in band accept; `review` likewise.
    """

    records: int
    entities: int
    candidates: int
    scored: int
    unlike: int
    accepted: int
    review: int
    is_trained: bool
    warnings: tuple[str, ...]
