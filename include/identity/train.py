"""Learning the model's numbers from a tenant's own records, without labels.

u is counted on pairs drawn at random, m by expectation and maximisation on the candidate pairs.
Both lean on the defaults, proven on labelled sets: a hundred records hardly move them.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import md5
from math import log2

import duckdb

from include.identity.model import Model

# Pairs drawn at random for u, and how many of them the defaults are worth.
_DRAWN, _U_TRUST = 100_000, 20_000
_M_TRUST = 40
_ROUNDS, _STILL = 40, 0.0005
# Fewer expected matches than this teach nothing.
_ENOUGH = 50
_BOUNDS = (1e-9, 0.02)

Vector = tuple[Sequence[int], int]


@dataclass(frozen=True)
class Trained:
    """What was learned; where `is_converged` is false only u and the prior are the records' own."""

    model: Model
    is_converged: bool
    matches: float


def build_body(model: Model, profiles: int) -> str:
    """The numbers as JSON, for the tables `parameters` and `new_parameters`.

    Args:
        profiles: How many spellings they were learned from.
    """
    grades = {one.name: [[g.m, g.u] for g in one.grades] for one in model.comparisons}
    told = {"prior": model.prior, "profiles": profiles, "grades": grades}
    return json.dumps(told, sort_keys=True)


def is_outgrown(body: str, profiles: int) -> bool:
    """Learned from less than half of today's records."""
    return profiles > 2 * int(json.loads(body).get("profiles", profiles))


def read_body(model: Model, body: str) -> Model | None:
    """The model with saved numbers; None: they were learned for other comparisons."""
    try:
        told = json.loads(body)
        prior, grades = float(told["prior"]), told["grades"]
        expected = {one.name: len(one.grades) for one in model.comparisons}
        if expected != {name: len(pairs) for name, pairs in grades.items()}:
            return None
        return model.with_numbers(prior, grades)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def fingerprint(model: Model) -> str:
    """Changes with every number and every expression of the model."""
    told = [repr(model.comparisons), repr(model.prior), model.key_rule, model.cap]
    return md5("|".join(told).encode(), usedforsecurity=False).hexdigest()[:8]


def train_model(db: duckdb.DuckDBPyConnection, model: Model) -> Trained:
    """Learn from `profiles` and `graded`; neither is changed."""
    profiles = db.execute("select count(*) from profiles").fetchall()[0][0]
    all_pairs = max(1, profiles * (profiles - 1) // 2)
    model = _with_u(model, _draw_vectors(db, model, profiles))
    vectors = _read_vectors(db, model, "graded where lpid <> rpid")
    # Half of the records have a second one: what is right for five thousand is for any number.
    start = replace(model, prior=min(_BOUNDS[1], max(_BOUNDS[0], 0.5 / max(1, profiles))))
    model, matches = start, 0.0
    for _ in range(_ROUNDS):
        before = model
        model, matches = _step(model, vectors, all_pairs)
        if matches < _ENOUGH:
            break
        if _distance(before, model) < _STILL:
            return Trained(model, True, matches)
    return Trained(start, False, matches)


def _read_vectors(db: duckdb.DuckDBPyConnection, model: Model, source: str) -> list[Vector]:
    columns = ", ".join(one.column for one in model.comparisons)
    rows = db.execute(
        f"select {columns}, count(*) from {source} group by all order by all"
    ).fetchall()
    return [(row[:-1], row[-1]) for row in rows]


def _draw_vectors(db: duckdb.DuckDBPyConnection, model: Model, profiles: int) -> list[Vector]:
    """Pairs at fixed strides: the same on every run, and profiles are numbered by their hash."""
    if profiles < 2:
        return []
    steps = min(profiles - 1, max(1, _DRAWN // profiles))
    grades = ", ".join(f"{one.build_grade()} as {one.column}" for one in model.comparisons)
    # Pairs as a table first: a join on an expression over both ranges compares all with all.
    db.execute(
        "create or replace temp table picks as"
        f" select p.pid as lpid, (p.pid + s.step * 7919) % {profiles} + 1 as rpid"
        f" from (select pid from profiles where pid <= {_DRAWN}) as p"
        f" cross join range(1, {steps + 1}) as s(step)"
    )
    db.execute(
        f"create or replace temp table drawn as select {grades} from picks as w"
        " inner join profiles as l on l.pid = w.lpid inner join profiles as r on r.pid = w.rpid"
        " where w.lpid <> w.rpid"
    )
    return _read_vectors(db, model, "drawn")


def _with_u(model: Model, vectors: list[Vector]) -> Model:
    grades = {}
    for at, one in enumerate(model.comparisons):
        counts = [_U_TRUST * grade.u for grade in one.grades]
        for vector, number in vectors:
            if vector[at] >= 0:
                counts[vector[at]] += number
        total = sum(counts)
        grades[one.name] = [
            [grade.m, count / total] for grade, count in zip(one.grades, counts, strict=True)
        ]
    return model.with_numbers(model.prior, grades)


def _step(model: Model, vectors: list[Vector], all_pairs: int) -> tuple[Model, float]:
    """One round: how likely each pattern is a match, then how matches agree."""
    weights = [
        [log2(g.m / g.u) for g in one.grades] + [0.0]  # grade -1: missing
        for one in model.comparisons
    ]
    start = log2(model.prior / (1 - model.prior))
    counts = [[_M_TRUST * grade.m for grade in one.grades] for one in model.comparisons]
    matches = 0.0
    for vector, number in vectors:
        bits = start + sum(weight[grade] for weight, grade in zip(weights, vector, strict=True))
        likely = number / (1 + 2 ** -max(-60.0, min(60.0, bits)))
        matches += likely
        for at, grade in enumerate(vector):
            if grade >= 0:
                counts[at][grade] += likely
    grades = {
        one.name: [
            [max(1e-4, count / sum(counts[at])), grade.u]
            for grade, count in zip(one.grades, counts[at], strict=True)
        ]
        for at, one in enumerate(model.comparisons)
    }
    prior = min(max(matches / all_pairs, _BOUNDS[0]), _BOUNDS[1])
    return model.with_numbers(prior, grades), matches


def _distance(left: Model, right: Model) -> float:
    pairs = zip(left.comparisons, right.comparisons, strict=True)
    return max(
        abs(a.m - b.m) for one, two in pairs for a, b in zip(one.grades, two.grades, strict=True)
    )
