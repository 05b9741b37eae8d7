"""Staged rows into raw tables: who is new, who changed, who is older; then the writes.

One join gives every staged row that has something to do its verdict: `insert`, `update` or `older`.
Rows without a verdict are unchanged. Content is compared column by column, exactly; children by
`_children_hash`. All of it runs inside the caller's transaction, as the tenant's role.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from psycopg import sql

from include.core import naming
from include.load.layout import StreamLayout, TableLayout
from include.load.staging import VERDICTS
from include.load.tables import full_name
from include.warehouse.connection import Connection

NEW_ONLY = "join {} as v on v.sid = s.ctid where v.verdict = 'insert'"
WRITTEN_ONLY = "join {} as v on v.sid = s.ctid where v.verdict <> 'older'"


@dataclass
class MergeCounts:
    """Parent records by what became of them; children by rows written."""

    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    superseded: int = 0
    older: int = 0
    child_rows: dict[str, int] = field(default_factory=dict)


class Merge:
    """One load's merge; every SQL statement has the same named parameters."""

    def __init__(
        self,
        connection: Connection,
        layout: StreamLayout,
        *,
        feed: str,
        load_id: int,
        started_at: datetime,
    ) -> None:
        self.connection = connection
        self.layout = layout
        self.values = {"feed": feed, "load_id": load_id, "started_at": started_at}
        self.parent = full_name(layout.parent)
        self.stage = sql.Identifier(layout.parent.stage)
        self.verdicts = sql.Identifier(VERDICTS)

    def run(self, staged: int, *, keys_are_distinct: bool) -> MergeCounts:
        """Dedupe, judge and write.

        Args:
            staged: Parent rows staged, duplicates included.
            keys_are_distinct: It is proven that no key was staged twice.
        """
        counts = MergeCounts()
        if not staged:
            return counts
        counts.superseded = 0 if keys_are_distinct else self._run_dedupe()
        distinct = staged - counts.superseded
        if self._is_first():
            counts.inserted = self._run_insert(everything=True)
        else:
            found = self._run_judge()
            counts.older = found.get("older", 0)
            counts.inserted = self._run_insert(everything=False) if found.get("insert") else 0
            counts.updated = self._run_update() if found.get("update") else 0
            counts.unchanged = distinct - sum(found.values())
        for name, child in self.layout.children.items():
            counts.child_rows[name] = self._run_children(child, counts)
        return counts

    def _run(self, statement: str, **parts: sql.Composable) -> Any:
        known = {"t": self.parent, "stage": self.stage, "verdicts": self.verdicts}
        text = sql.SQL(statement).format(**known, **parts)
        return self.connection.execute(text, self.values)

    def _run_dedupe(self) -> int:
        """Keep of every key the newest version, of equal ones the last to arrive."""
        keys = _names(self.layout.primary_key)
        twice = "select 1 from {stage} group by {keys} having count(*) > 1 limit 1"
        if self._run(twice, keys=keys).fetchone() is None:
            return 0
        # A row's place in the staging table is the order of arrival: nothing there is ever updated.
        order: sql.Composed | sql.SQL = sql.SQL("ctid desc")
        if self.layout.version:
            version = sql.Identifier(self.layout.version)
            order = sql.SQL("{} desc nulls last, ctid desc").format(version)
        ranked = (
            "delete from {stage} as s using ("
            "select ctid, row_number() over (partition by {keys} order by {order}) as place "
            "from {stage}) as ranked where s.ctid = ranked.ctid and ranked.place > 1"
        )
        return int(self._run(ranked, keys=keys, order=order).rowcount)

    def _is_first(self) -> bool:
        found = self._run("select 1 from {t} where _feed = %(feed)s limit 1").fetchone()
        return found is None

    def _run_judge(self) -> dict[str, int]:
        """Fill the verdict table; returns how many rows got which verdict."""
        self._run(
            "insert into {verdicts} (sid, tid, verdict) "
            "select s.ctid, t.ctid, case when t.ctid is null then 'insert' "
            "when {older} then 'older' else 'update' end "
            "from {stage} as s left join {t} as t on t._feed = %(feed)s and {same_key} "
            "where t.ctid is null or t._deleted_at is not null or {changed}",
            older=self._older(),
            same_key=_pairs(self.layout.primary_key, "t.{0} = s.{0}", " and "),
            changed=_pairs(self._content(), "s.{0} is distinct from t.{0}", " or "),
        )
        rows = self._run("select verdict, count(*) from {verdicts} group by verdict").fetchall()
        return {str(verdict): int(count) for verdict, count in rows}

    def _older(self) -> sql.Composable:
        """(version, start of load) compared as a pair; a null version decides nothing."""
        by_load = sql.SQL("%(started_at)s < t._loaded_at")
        if not self.layout.version:
            return by_load
        column = sql.Identifier(self.layout.version)
        pair = (
            "(coalesce(s.{0} < t.{0}, false) or (coalesce(s.{0} = t.{0}, true) "
            "and %(started_at)s < t._loaded_at))"
        )
        return sql.SQL(pair).format(column)

    def _content(self) -> list[str]:
        """Columns whose change makes a record changed."""
        names = [n for n in self.layout.parent.columns if n not in self.layout.primary_key]
        names.append(naming.EXTRA)
        return [*names, naming.CHILDREN_HASH] if self.layout.children else names

    def _run_insert(self, *, everything: bool) -> int:
        names = [*self.layout.primary_key, *self._content()]
        found = self._run(
            "insert into {t} ({columns}, _feed, _load_id, _loaded_at) "
            "select {values}, %(feed)s, %(load_id)s, %(started_at)s from {stage} as s {only}",
            columns=_names(names),
            values=_pairs(names, "s.{0}", ", "),
            only=sql.SQL("") if everything else sql.SQL(NEW_ONLY).format(self.verdicts),
        )
        return int(found.rowcount)

    def _run_update(self) -> int:
        found = self._run(
            "update {t} as t set {sets}, _load_id = %(load_id)s, _loaded_at = %(started_at)s, "
            "_deleted_at = null from {verdicts} as v join {stage} as s on s.ctid = v.sid "
            "where v.verdict = 'update' and t.ctid = v.tid and t._feed = %(feed)s and {same_key}",
            sets=_pairs(self._content(), "{0} = s.{0}", ", "),
            same_key=_pairs(self.layout.primary_key, "t.{0} = s.{0}", " and "),
        )
        return int(found.rowcount)

    def _run_children(self, child: TableLayout, counts: MergeCounts) -> int:
        """Replace the children of inserted and updated parents; returns rows written."""
        if not counts.inserted + counts.updated:
            return 0
        target, staged = full_name(child), sql.Identifier(child.stage)
        keys = [
            (sql.Identifier(naming.parent_key_column(k)), sql.Identifier(k))
            for k in self.layout.primary_key
        ]
        if counts.updated:
            same = sql.SQL(" and ").join(sql.SQL("c.{} = s.{}").format(*pair) for pair in keys)
            self._run(
                "delete from {c} as c using {verdicts} as v join {stage} as s on s.ctid = v.sid "
                "where v.verdict = 'update' and c._feed = %(feed)s and {same}",
                c=target,
                same=same,
            )
        first = counts.unchanged + counts.updated + counts.older == 0
        names = [*child.columns, naming.POSITION, naming.EXTRA]
        found = self._run(
            "insert into {c} ({columns}, {parent_keys}, _feed, _load_id, _loaded_at) "
            "select {values}, {keys}, %(feed)s, %(load_id)s, %(started_at)s "
            "from {staged} as e join {stage} as s using (_seq) {only}",
            only=sql.SQL("") if first else sql.SQL(WRITTEN_ONLY).format(self.verdicts),
            c=target,
            staged=staged,
            columns=_names(names),
            values=_pairs(names, "e.{0}", ", "),
            parent_keys=sql.SQL(", ").join(copy for copy, _ in keys),
            keys=sql.SQL(", ").join(sql.SQL("s.{}").format(key) for _, key in keys),
        )
        return int(found.rowcount)


def _names(names: Any) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, names))


def _pairs(names: Any, template: str, joint: str) -> sql.Composed:
    made = [sql.SQL(template).format(sql.Identifier(name)) for name in names]
    return sql.SQL(joint).join(made)
