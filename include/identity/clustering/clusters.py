"""Edges to clusters: the strongest first, never across a person's word, never beyond the limit."""

from collections.abc import Iterable
from dataclasses import dataclass, field

MUST, LINK = 0, 1


@dataclass
class Clusters:
    """Union-find over record numbers; `root` of the smallest number stands for a cluster.

    Attributes:
        weights: Spellings a record adds to its cluster: 0 for the second record of a spelling.
        apart: Pairs a person keeps apart; nothing joins them.
        foes: Pairs whose names contradict each other; only a person or a vendor's link joins them.
        refused: (left, right) -> why the edge was not followed.
    """

    weights: list[int]
    limit: int
    apart: dict[int, set[int]] = field(default_factory=dict)
    foes: dict[int, set[int]] = field(default_factory=dict)
    refused: dict[tuple[int, int], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.parents = list(range(len(self.weights)))

    def root(self, node: int) -> int:
        """The number that stands for the node's cluster; shortens the way there."""
        parents = self.parents
        while parents[node] != node:
            parents[node] = parents[parents[node]]
            node = parents[node]
        return node

    def join(self, edges: Iterable[tuple[int, int, int]]) -> None:
        """Follow edges (left, right, rank) in the order given."""
        for left, right, rank in edges:
            a, b = self.root(left), self.root(right)
            if a == b:
                continue
            why = self._objection(a, b, rank)
            if why:
                self.refused[left, right] = why
                continue
            self._merge(min(a, b), max(a, b))

    def _objection(self, a: int, b: int, rank: int) -> str:
        if rank > MUST and self._crosses(self.apart, a, b):
            return "a person keeps apart two records that this would join"
        if rank > LINK and self._crosses(self.foes, a, b):
            return "names that contradict each other would be joined"
        if rank > MUST and self.weights[a] + self.weights[b] > self.limit:
            return f"more than {self.limit} spellings would be joined"
        return ""

    def _crosses(self, pairs: dict[int, set[int]], a: int, b: int) -> bool:
        return any(self.root(one) == b for one in pairs.get(a, ())) or any(
            self.root(one) == a for one in pairs.get(b, ())
        )

    def _merge(self, keeper: int, gone: int) -> None:
        self.parents[gone] = keeper
        self.weights[keeper] += self.weights[gone]
        for pairs in (self.apart, self.foes):
            moved = pairs.pop(gone, None)
            if moved:
                pairs.setdefault(keeper, set()).update(moved)


def build_partners(pairs: Iterable[tuple[int, int]]) -> dict[int, set[int]]:
    """Both directions of pairs of numbers."""
    found: dict[int, set[int]] = {}
    for left, right in pairs:
        found.setdefault(left, set()).add(right)
        found.setdefault(right, set()).add(left)
    return found
