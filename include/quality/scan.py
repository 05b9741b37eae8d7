"""Many conditions of bad rows in one pass over their table, with every value bound.

    select count(*), sum(bad_0), sum(money in bad_0), sum(bad_1), ... from table

and, for those that found any, one statement for a few keys of each.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from include.quality.check import Check
from include.quality.generic.target import Target
from include.quality.statement import SAMPLE_SIZE, BoundSql, build_bound, quote_identifier


@dataclass(frozen=True, slots=True)
class RowCheck:
    """A check whose `sql` is a condition of bad rows, with what it is filled with.

    Attributes:
        key: Columns a bad row is named by; the table's when empty.
        money: Column of the amount a bad row puts in doubt; the table's when None.
    """

    check: Check
    target: Target
    values: Mapping[str, object] = field(default_factory=dict)
    key: tuple[str, ...] = ()
    money: str | None = None


@dataclass(frozen=True, slots=True)
class Counted:
    """What a pass found of one condition."""

    bad_rows: int
    money_share: float | None


def build_scan(target: Target, checks: Sequence[RowCheck]) -> BoundSql:
    """One row: how many rows there are, then bad rows, bad money and all money of each check."""
    parts: list[str] = ["count(*)"]
    values: dict[str, object] = {}
    for number, one in enumerate(checks):
        bad = _bind(one.check.sql, number, one, values)
        parts.append(f"coalesce(sum(case when {bad} then 1 else 0 end), 0)")
        money = one.money or target.money
        if money is not None and target.is_number(money):
            amount = f"abs({quote_identifier(money)})"
            parts += [f"sum(case when {bad} then {amount} else 0 end)", f"sum({amount})"]
        else:
            parts += ["null", "null"]
    text = f"select {', '.join(parts)} from {target.name} where {_live(target, values)}"
    return BoundSql(text, values)


def read_scan(row: Sequence[Any]) -> tuple[int, list[Counted]]:
    """(rows of the table, what each check found)."""
    found = []
    for at in range(1, len(row), 3):
        bad, money, all_money = row[at : at + 3]
        share = float(money) / float(all_money) if all_money else None
        found.append(Counted(int(bad), share))
    return int(row[0]), found


def build_samples(target: Target, checks: Sequence[RowCheck]) -> BoundSql:
    """Rows (number, key): the smallest keys of each check, as text."""
    values: dict[str, object] = {}
    live = _live(target, values)
    parts = []
    for number, one in enumerate(checks):
        bad = _bind(one.check.sql, number, one, values)
        key = target.shown_key(key=one.key)
        parts.append(
            f"(select {number} as number, bad_key from (select {key} as bad_key "
            f"from {target.name} where {live} and {bad}) as found_{number} "
            f"order by bad_key limit {SAMPLE_SIZE})"
        )
    text = f"select number, bad_key from ({' union all '.join(parts)}) as found order by 1, 2"
    return BoundSql(text, values)


def _bind(sql: str, number: int, one: RowCheck, values: dict[str, object]) -> str:
    bound = build_bound(sql, number, names={}, values=one.values)
    values.update(bound.values)
    return bound.text


def _live(target: Target, values: dict[str, object]) -> str:
    live = target.live()
    if "{feed}" in live:
        values["feed"] = target.feed
    return live.replace("{feed}", "%(feed)s")
