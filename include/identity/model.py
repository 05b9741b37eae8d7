"""What is compared, in which grades, and what each grade weighs: Fellegi-Sunter's model.

A grade's weight is log2(m / u): how much more often records of one entity agree like this (m) than
records of strangers do (u). Weights add up; a missing value weighs nothing.
"""

import re
from dataclasses import dataclass, replace
from math import log2


@dataclass(frozen=True)
class Grade:
    """One way to agree. `when` compares `l.` with `r.`; `words` is SQL that says it with values."""

    when: str
    words: str
    m: float
    u: float
    rarity: str = ""

    @property
    def rule(self) -> str:
        """SQL: the words without anybody's values, `same phone …`."""
        return re.sub(r"`'\s*\|\|.*?\|\|\s*'`", "…", self.words, flags=re.DOTALL)


@dataclass(frozen=True)
class Comparison:
    """Grades from the strongest to the weakest; the last one's `when` is `true`."""

    name: str
    missing: str
    grades: tuple[Grade, ...]

    @property
    def column(self) -> str:
        return f"g_{self.name}"

    def build_grade(self) -> str:
        """SQL: the number of the grade, 0 the strongest; -1 where a side has no value."""
        cases = [f"when {grade.when} then {at}" for at, grade in enumerate(self.grades)]
        return f"case when {self.missing} then -1 {' '.join(cases)} end::tinyint"

    def build_weight(self) -> str:
        """SQL: bits of the grade in `g_<name>`; a rare value's agreement weighs its rarity."""
        cases = []
        for at, grade in enumerate(self.grades):
            bits = f"{log2(grade.m / grade.u):.6f}"
            if grade.rarity:
                bits = f"{log2(grade.m):.6f} + {grade.rarity}"
            cases.append(f"when {at} then {bits}")
        return f"case {self.column} {' '.join(cases)} else 0 end"

    def build_words(self) -> str:
        cases = [f"when {at} then {g.words}" for at, g in enumerate(self.grades) if g.words]
        return f"case {self.column} {' '.join(cases)} end"

    def build_rule(self) -> str:
        """SQL: as `build_words`, without anybody's values."""
        cases = [f"when {at} then {g.rule}" for at, g in enumerate(self.grades) if g.words]
        return f"case {self.column} {' '.join(cases)} end"


@dataclass(frozen=True)
class Model:
    """Comparisons of one kind, the odds that two records are one, and how pairs are found.

    Attributes:
        prior: Probability that two records drawn at random are one entity.
        blocks: SQL texts over `profiles`; two profiles with an equal text are compared.
        named: SQL over a profile: it says who it is, not only how to reach it.
        key_rule: SQL over a pair: a key in common decides, whatever the weights say.
        cap: SQL over a pair's grades: the most it may score. What agrees is a household's or a
            building's, or a name and a town, however many say so: null for no limit.
        clash: SQL over two profiles of one cluster: they contradict each other.
    """

    comparisons: tuple[Comparison, ...]
    prior: float
    blocks: tuple[str, ...]
    named: str
    key_rule: str
    clash: str
    cap: str = "null"

    def build_score(self) -> str:
        """SQL: the probability, from the grades' columns."""
        start = log2(self.prior / (1 - self.prior))
        weights = " + ".join(one.build_weight() for one in self.comparisons)
        score = f"1 / (1 + pow(2, -greatest(-60, least(60, {start:.6f} + {weights}))))"
        return f"least({score}, coalesce({self.cap}, 1))"

    def with_numbers(self, prior: float, grades: dict[str, list[list[float]]]) -> "Model":
        """The same model with learned m and u: {comparison: [[m, u] per grade]}."""
        made = []
        for one in self.comparisons:
            pairs = grades.get(one.name)
            if pairs and len(pairs) == len(one.grades):
                fitted = zip(one.grades, pairs, strict=True)
                one = replace(one, grades=tuple(replace(g, m=m, u=u) for g, (m, u) in fitted))
            made.append(one)
        return replace(self, comparisons=tuple(made), prior=prior)
