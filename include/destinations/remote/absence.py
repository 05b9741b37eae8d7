"""What is gone: rows a complete read no longer holds, and records a source says it deleted.

Nothing is removed from raw: rows get `_deleted_at`. Both are counted before the transaction, on the
state the merge of this load is about to leave.
"""

from dataclasses import dataclass

from include.core import naming
from include.destinations.protocol import Sweep
from include.destinations.remote.statements import VERDICT, WRITTEN, Statements


@dataclass(frozen=True, slots=True)
class Absence:
    """One sweep as statements.

    Attributes:
        count: Asks for (rows to mark, live rows that are left).
        gone: Condition on a row `t` that is marked.
    """

    count: str
    write: str
    gone: str


def build_sweep(made: Statements, sweep: Sweep, complete: str, rejected: str | None) -> Absence:
    """Mark live rows of the scope that are neither staged nor rejected.

    Args:
        complete: Table of values declared complete.
        rejected: Table of the keys of rejects; they exist at the source.
    """
    scope = made.scope(sweep, "t", complete)
    live = f"{made.feed} and t.{made.name(naming.DELETED_AT)} is null"
    gone = (
        f"{live} and {scope} and not {made.later('t')} and not exists "
        f"(select 1 from {made.verdicts} as s where {made.same('t', 's')})"
    )
    if rejected:
        gone += f" and not exists (select 1 from {rejected} as r where {_same_key(made, 'r')})"
    within = (scope, made.scope(sweep, "s", complete)) if sweep.is_narrow else ("true", "true")
    written = f"s.{made.name(VERDICT)} in {WRITTEN}"
    count = (
        f"select (select count(*) from {made.parent} as t where {gone}), "
        f"(select count(*) from {made.parent} as t where {live} and {within[0]} and not exists "
        f"(select 1 from {made.verdicts} as s where {written} and {made.same('t', 's')})), "
        f"(select count(*) from {made.verdicts} as s where {written} and {within[1]})"
    )
    deleted = made.name(naming.DELETED_AT)
    write = f"update {made.parent} as t set {deleted} = {made.started}, {made.marks()} where {gone}"
    return Absence(count, write, gone)


def build_deletions(made: Statements, named: str, gone: str | None) -> tuple[str, list[str]]:
    """How many records the tombstones in table `named` mark, and the statements that do.

    With a version, a deletion loses against a newer version of its record, and is kept as a bare
    key when the record was never seen. Without one, the later load wins.

    Args:
        gone: Condition on rows `t` that the sweep before it marks.
    """
    version, name = made.layout.version, made.name
    keys = made.layout.primary_key
    kinds = made.layout.parent.types
    texts = [f"k.{name(place)}" for place in build_key_names(len(keys))]
    typed = ", ".join(
        f"{made.dialect.from_text(kinds[key], text)} as {name(key)}"
        for key, text in zip(keys, texts, strict=True)
    )
    given = made.dialect.from_text(kinds[version], f"k.{name('version')}") if version else "null"
    grouped = ", ".join(map(name, keys))
    source = (
        f"(select {grouped}, max({name(VERDICT)}) as {name(VERDICT)} from "
        f"(select {typed}, {given} as {name(VERDICT)} from {named} as k) group by {grouped})"
    )
    stored = f"t.{name(version)}" if version else "null"
    count = _build_count(made, source, gone, stored)
    live = f"t.{name(naming.DELETED_AT)} is null"
    applies = _applies(made, live, stored, made.later("t"))
    newer = f", {name(version)} = coalesce(s.{name(VERDICT)}, {stored})" if version else ""
    deleted = name(naming.DELETED_AT)
    writes = [
        f"update {made.parent} as t set {deleted} = coalesce(t.{deleted}, {made.started}), "
        f"{made.marks()}{newer} from {source} as s "
        f"where {made.feed} and {made.same('t', 's')} and {applies}"
    ]
    if version:
        writes.append(_build_keep(made, source, version))
    return count, writes


def _applies(made: Statements, live: str, stored: str, later: str) -> str:
    if not made.layout.version:
        return f"({live} and not {later})"
    given = f"s.{made.name(VERDICT)}"
    return (
        f"(case when {given} is null or {stored} is null then {live} "
        f"else {stored} < {given} or ({stored} = {given} and {live}) end)"
    )


def _build_count(made: Statements, source: str, gone: str | None, stored: str) -> str:
    """Of the state after the merge and the sweep: what is written counts as written now."""
    name, version = made.name, made.layout.version
    keys = ", ".join(f"{{0}}.{name(key)}" for key in made.layout.primary_key)
    own = f"s.{name(version)}" if version else "null"
    written = f"s.{name(VERDICT)} in {WRITTEN}"
    live = f"t.{name(naming.DELETED_AT)} is null" + (f" and not ({gone})" if gone else "")
    after = (
        f"(select {keys.format('s')}, {own} as {name('version')}, true as {name('live')}, "
        f"false as {name('later')} from {made.verdicts} as s where {written} "
        f"union all select {keys.format('t')}, {stored}, {live}, {made.later('t')} "
        f"from {made.parent} as t where {made.feed} and not exists (select 1 from "
        f"{made.verdicts} as s where {written} and {made.same('t', 's')}))"
    )
    applies = _applies(made, f"t.{name('live')}", f"t.{name('version')}", f"t.{name('later')}")
    first = name(made.layout.primary_key[0])
    kept = f"t.{first} is null and s.{name(VERDICT)} is not null" if version else "false"
    return (
        f"select count(*) from {source} as s left join {after} as t on {made.same('t', 's')} "
        f"where ({kept}) or (t.{first} is not null and {applies})"
    )


def _build_keep(made: Statements, source: str, version: str) -> str:
    """Without it, a creation that arrives after its own deletion would bring the record to life."""
    name = made.name
    columns = ", ".join(map(name, made.layout.primary_key))
    values = ", ".join(f"s.{name(key)}" for key in made.layout.primary_key)
    lineage = (naming.FEED, naming.LOAD_ID, naming.LOADED_AT, naming.DELETED_AT)
    return (
        f"insert into {made.parent} ({columns}, {name(version)}, {', '.join(map(name, lineage))}) "
        f"select {values}, s.{name(VERDICT)}, '{made.stamp.feed}', {made.stamp.load_id}, "
        f"{made.started}, {made.started} from {source} as s where s.{name(VERDICT)} is not null "
        f"and not exists (select 1 from {made.parent} as t "
        f"where {made.feed} and {made.same('t', 's')})"
    )


def _same_key(made: Statements, alias: str) -> str:
    """A row `t` has the key that table `alias` holds as texts."""
    keys = made.layout.primary_key
    types = made.layout.parent.types
    texts = [f"{alias}.{made.name(place)}" for place in build_key_names(len(keys))]
    return " and ".join(
        f"t.{made.name(key)} = {made.dialect.from_text(types[key], text)}"
        for key, text in zip(keys, texts, strict=True)
    )


def build_key_names(count: int) -> list[str]:
    """Columns of a table of keys that travelled as texts."""
    return [f"k{at}" for at in range(count)]
