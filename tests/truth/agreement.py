"""How well a partition of records fits the true one: pairs, purity, whole entities, evidence."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field


@dataclass
class Agreement:
    """Counts of one kind of thing; `+` adds tenants up.

    Attributes:
        right, joined, true: Pairs of records that are one in both, in the answer, in the truth.
        pure, records: Records that belong to their entity's majority, and all.
        whole, parties: Things whose records are one entity and no more, and all.
    """

    right: int = 0
    joined: int = 0
    true: int = 0
    pure: int = 0
    records: int = 0
    whole: int = 0
    parties: int = 0

    @property
    def precision(self) -> float:
        return self.right / self.joined if self.joined else 1.0

    @property
    def recall(self) -> float:
        return self.right / self.true if self.true else 1.0

    @property
    def f1(self) -> float:
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0

    @property
    def purity(self) -> float:
        return self.pure / self.records if self.records else 1.0

    @property
    def share_whole(self) -> float:
        return self.whole / self.parties if self.parties else 1.0

    def __add__(self, other: "Agreement") -> "Agreement":
        sums = (getattr(self, name) + getattr(other, name) for name in self.__dataclass_fields__)
        return Agreement(*sums)


def measure_agreement(
    answer: Mapping[str, str], truth: Mapping[str, str], moot: Set[str] = frozenset()
) -> Agreement:
    """`answer` and `truth`: record -> entity; records of nobody or a `moot` party do not count."""
    known = {
        record: truth[record] for record in answer if record in truth and truth[record] not in moot
    }
    cells = Counter((known[record], answer[record]) for record in known)
    members: dict[str, list[int]] = defaultdict(list)
    entities: dict[str, set[str]] = defaultdict(set)
    for (party, entity), count in cells.items():
        members[entity].append(count)
        entities[party].add(entity)
    return Agreement(
        right=count_pairs(cells.values()),
        joined=count_pairs(Counter(answer[record] for record in known).values()),
        true=count_pairs(Counter(known.values()).values()),
        pure=sum(max(counts) for counts in members.values()),
        records=len(known),
        whole=sum(len(found) == 1 for found in entities.values()),
        parties=len(entities),
    )


def count_pairs(sizes: Iterable[int]) -> int:
    return sum(size * (size - 1) // 2 for size in sizes)


@dataclass
class EvidenceLine:
    """Pairs that one kind of evidence speaks for (or against)."""

    pairs: int = 0
    joined: int = 0
    true: int = 0
    right: int = 0

    @property
    def precision(self) -> float | None:
        return self.right / self.joined if self.joined else None

    @property
    def recall(self) -> float | None:
        return self.right / self.true if self.true else None


@dataclass(frozen=True)
class JudgedPair:
    """One row of `pairs`: who decided, the words with their values, the probability."""

    left: str
    right: str
    decided_by: str
    evidence: str
    score: float = 0.0


@dataclass
class EvidenceTable:
    """Lines by words (`same phone`), filled tenant by tenant."""

    lines: dict[str, EvidenceLine] = field(default_factory=lambda: defaultdict(EvidenceLine))

    def add(
        self, pairs: Iterable[JudgedPair], answer: Mapping[str, str], truth: Mapping[str, str]
    ) -> None:
        for pair in pairs:
            if pair.left not in truth or pair.right not in truth:
                continue
            is_joined = answer.get(pair.left) == answer.get(pair.right)
            is_true = truth[pair.left] == truth[pair.right]
            for words in build_kinds(pair):
                line = self.lines[words]
                line.pairs += 1
                line.joined += is_joined
                line.true += is_true
                line.right += is_joined and is_true


def build_kinds(pair: JudgedPair) -> list[str]:
    """`same phone `+1303...`, similar name `A`/`B`` -> [`same phone`, `similar name`].

    A vendor's link and a person's word are one kind each, whatever they say.
    """
    if pair.decided_by == "override":
        return ["a person"]
    if pair.decided_by == "link":
        # `paid order #4785 of the other`: one kind whatever the number.
        words = re.sub(r"\S*\d\S*", "N", pair.evidence)
        return [f"a vendor's link: {words}"]
    bare = re.sub(r"`[^`]*`", "", pair.evidence.partition("; ")[0])
    found = [re.sub(r"[\s/]+", " ", words).strip() for words in bare.split(",")]
    return sorted({words for words in found if words})
