"""Two words of people that cannot both hold, named with the chain between their records."""

from collections import deque
from itertools import pairwise

import duckdb

Edge = tuple[int, int, int]


def build_contradiction(
    db: duckdb.DuckDBPyConnection, musts: list[Edge], left: int, right: int
) -> str:
    """The message: the cannot_link, and the chain of must_links between its two records."""
    nodes = find_chain(musts, left, right)
    names = dict(
        db.execute(
            "select node, record_id from nodes where list_contains(?::integer[], node)", [nodes]
        ).fetchall()
    )
    chain = [_tell(db, "must_link", names[a], names[b]) for a, b in pairwise(nodes)]
    return (
        "identity overrides contradict each other: "
        + _tell(db, "cannot_link", names[left], names[right])
        + f" against {', '.join(chain)}. Of two records people say one thing."
        " Take one of them back."
    )


def find_chain(musts: list[Edge], left: int, right: int) -> list[int]:
    """The shortest way from one node to another, both included."""
    beside: dict[int, list[int]] = {}
    for a, b, _ in musts:
        beside.setdefault(a, []).append(b)
        beside.setdefault(b, []).append(a)
    came_from, waiting = {left: left}, deque([left])
    while waiting and right not in came_from:
        node = waiting.popleft()
        for other in beside.get(node, ()):
            if other not in came_from:
                came_from[other] = node
                waiting.append(other)
    chain = [right]
    while chain[-1] != left:
        chain.append(came_from[chain[-1]])
    return chain[::-1]


def _tell(db: duckdb.DuckDBPyConnection, verdict: str, one: str, other: str) -> str:
    left, right = sorted([one, other])
    words = db.execute(
        "select evidence from told where verdict = ? and left_id = ? and right_id = ?",
        [verdict, left, right],
    ).fetchall()
    return f"{verdict} `{left}` = `{right}` ({words[0][0]})".replace(
        " = ", " = " if verdict == "must_link" else " <> ", 1
    )
