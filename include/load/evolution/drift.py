"""The source's shape against what is declared: reported, told to people, or refused.

A stream's first load with records is its baseline: what it finds is written down and nobody is
alerted. `freeze` refuses what is neither declared nor part of what was found so far.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from include.core.errors import ContractBroken
from include.core.streams import SchemaChange
from include.destinations.column_types import SQL_TYPES
from include.ledger.connection import Connection
from include.ledger.loads import LoadPlace, fetch_has_read
from include.ledger.rejects import fetch_details
from include.ledger.schema_changes import (
    fetch_noticed,
    run_record_schema_changes,
    run_settle,
)
from include.load.shape.shaper import Shaper

# A few records prove nothing about an optional field; a whole read or a page of this size does.
JUDGED_ROWS = 100
MAX_NAMED = 20

Types = dict[str, dict[str, str]]


def run_check_frozen(
    connection: Connection, place: LoadPlace, shaper: Shaper, types_before: Types
) -> None:
    """Refuse the load when its policy is `freeze` and the source's shape has changed.

    Args:
        types_before: Table -> column -> type as declared and stored, before any record was shaped.

    Raises:
        ContractBroken: Naming the fields and columns; the caller's transaction ends.
    """
    if shaper.policy.drift != "freeze":
        return
    known = {(one.table, one.column) for one in fetch_noticed(connection, place)}
    new = [
        f"`{table}.{path}`" for table, path in shaper.unknown_fields() if (table, path) not in known
    ]
    faults = []
    if new:
        faults.append(f"{len(new)} new fields: {_listed(new)}")
    wider = _find_wider(shaper.layout.all_types(), types_before)
    if wider:
        faults.append(f"values that need another type: {_listed(wider)}")
    misfits = _fetch_misfits(connection)
    if misfits:
        faults.append(f"values that do not fit: {_listed(misfits)}")
    if faults:
        raise ContractBroken(
            f"the source's shape has changed, and the stream is frozen: {'; '.join(faults)}. "
            "Expected what is declared, or was there before. Nothing was loaded; declare the "
            "fields in connector.yaml, or take them as they are, for good or for one load: "
            f"`stream_settings: {{{place.stream}: {{drift: evolve}}}}` in the tenant file."
        )


@dataclass(frozen=True, slots=True)
class Drift:
    """What one part of a read says about its source's shape.

    Attributes:
        found: Lasting changes as noticed now.
        seen: (table, column) that at least one record had.
        declared: (table, dotted path) that have a column or a child table.
    """

    found: tuple[SchemaChange, ...]
    seen: frozenset[tuple[str, str]]
    declared: frozenset[tuple[str, str]]


def build_drift(place: LoadPlace, shaper: Shaper) -> Drift:
    """The source's shape as shaped so far against what is declared."""
    seen, declared = frozenset(shaper.seen_fields()), frozenset(_find_declared(shaper))
    return Drift(tuple(_build_noticed(place, shaper)), seen, declared)


def run_record_drift(
    connection: Connection,
    place: LoadPlace,
    load_id: int,
    drift: Drift,
    made: Sequence[SchemaChange],
) -> tuple[SchemaChange, ...]:
    """Write down what was made and noticed, settle what has passed; returns what is new.

    Args:
        made: Changes this load has made to the stream's tables.
    """
    noticed = fetch_noticed(connection, place)
    open_now = {(one.table, one.column, one.change) for one in noticed if one.is_open}
    ever = {(one.table, one.column, one.change) for one in noticed}
    for reason, done in (
        ("came_back", [n for n in noticed if n.change == "vanished_field"]),
        ("declared", [n for n in noticed if n.change != "vanished_field"]),
    ):
        held = drift.seen if reason == "came_back" else drift.declared
        ids = [one.change_id for one in done if one.is_open and (one.table, one.column) in held]
        run_settle(connection, load_id, ids, reason)
    found = [
        change
        for change in drift.found
        if (change.table, change.column, change.change) not in open_now
    ]
    due: list[SchemaChange] = []
    if fetch_has_read(connection, place):
        due = [c for c in found if (c.table, c.column, c.change) not in ever]
        due += [change for change in made if change.change in ("widened", "not_filled")]
    return run_record_schema_changes(connection, place, load_id, [*made, *found], alert_due=due)


def _build_noticed(place: LoadPlace, shaper: Shaper) -> list[SchemaChange]:
    kind = "discarded_field" if shaper.policy.drift == "discard" else "unknown_field"
    unknown = [
        SchemaChange(table, path, kind, records=shaper.discarded.get(table))
        for table, path in shaper.unknown_fields()
    ]
    is_whole = place.window.start is None
    vanished = [
        SchemaChange(table, column, "vanished_field")
        for table, column in shaper.vanished_fields()
        if is_whole or shaper.rows_of(table) >= JUDGED_ROWS
    ]
    return [*unknown, *vanished]


def _find_declared(shaper: Shaper) -> set[tuple[str, str]]:
    """(table, dotted path) that have a column or a child table now."""
    layout = shaper.layout
    lists = {(layout.parent.name, child.path or "") for child in layout.children.values()}
    return lists | {
        (table.name, column.path or name)
        for table in layout.tables
        for name, column in table.columns.items()
    }


def _find_wider(now: Types, before: Types) -> list[str]:
    return [
        f"`{table}.{column}` ({SQL_TYPES[before[table][column]]} to {SQL_TYPES[kind]})"
        for table, columns in now.items()
        for column, kind in columns.items()
        if before[table][column] != kind
    ]


def _fetch_misfits(connection: Connection) -> list[str]:
    counted = Counter(fetch_details(connection, "type_mismatch"))
    return [f"{detail.rstrip('.')} ({count} records)" for detail, count in counted.most_common()]


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - MAX_NAMED} more" if len(names) > MAX_NAMED else ""
    return ", ".join(names[:MAX_NAMED]) + more
