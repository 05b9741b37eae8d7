"""Staged rows into raw tables: who is new, who is older, who changed; then the writes.

One wide join judges every record by its content, column by column, exactly, and counts each one:
what is unchanged is counted and not what is left over, or a lost record would hide in it. Where
nothing changed that is all. Changed records are joined once more to be written. Children are
compared by `_children_hash`. All of it runs inside the caller's transaction, as the tenant's role.
"""

from dataclasses import asdict
from typing import Any

from psycopg import sql

from include.core import naming
from include.core.errors import WarehouseRejected
from include.destinations.layout import StreamLayout, TableLayout
from include.destinations.postgres.names import VERDICTS, full_name
from include.destinations.protocol import LoadStamp, MergeCounts
from include.ledger.connection import Connection

# A row stamped in the future was written by a worker whose clock was wrong: nothing would overtake
# it for as long as that clock was ahead, so its stamp decides nothing.
LATER = "(%(started_at)s < t._loaded_at and t._loaded_at <= clock_timestamp() + interval '5 min')"
NEW_ONLY = "join {} as v on v.sid = s.ctid where v.verdict = 'insert'"
WRITTEN_ONLY = "join {} as v on v.sid = s.ctid where v.verdict <> 'older'"

UPDATE = """
update {t} as t set {sets}, _load_id = %(load_id)s, _loaded_at = %(started_at)s, _deleted_at = null
from {stage} as s where t._feed = %(feed)s and {same_key} and {changed} and not {older}
"""
NOTED_UPDATE = f"""
with done as ({UPDATE} returning s.ctid as sid)
insert into {{verdicts}} (sid, verdict) select sid, 'update' from done
"""  # noqa: S608 the statement above, nothing from outside


class Merge:
    """One load's merge; every SQL statement has the same named parameters.

    Attributes:
        is_latest: No committed load of this stream began after this one.
    """

    def __init__(
        self,
        connection: Connection,
        layout: StreamLayout,
        stamp: LoadStamp,
        *,
        is_latest: bool,
        stage: sql.Identifier | None = None,
    ) -> None:
        self.connection = connection
        self.layout = layout
        self.is_latest = is_latest
        self.values = asdict(stamp)
        self.parent = full_name(layout.parent)
        self.stage = stage or sql.Identifier(layout.parent.stage)
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
        counts.superseded = 0 if keys_are_distinct else self.run_dedupe()
        distinct = staged - counts.superseded
        counts.is_first = self._is_first()
        if counts.is_first:
            counts.inserted = self._run_insert(everything=True)
        else:
            self._run_compare(counts, distinct)
        for name, child in self.layout.children.items():
            counts.child_rows[name] = self._run_children(child, counts)
        return counts

    def _run(self, statement: str, **parts: sql.Composable) -> Any:
        known = {"t": self.parent, "stage": self.stage, "verdicts": self.verdicts}
        text = sql.SQL(statement).format(**known, **parts)
        return self.connection.execute(text, self.values)

    def run_dedupe(self) -> int:
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

    def _run_compare(self, counts: MergeCounts, distinct: int) -> None:
        """Merge into a table that has rows of this feed."""
        found = self._run_judge()
        counts.older, counts.unchanged = found.get("older", 0), found.get("same", 0)
        if found.get("changed"):
            counts.updated = self._run_update()
            if not self.is_latest or counts.updated != found["changed"]:
                counts.older += self._fetch_overtaken()
        counts.inserted = self._run_insert(everything=False) if found.get("insert") else 0
        lost = distinct - counts.distinct
        if lost:
            raise WarehouseRejected(
                f"{lost} of {distinct} records were neither written nor found to be there already "
                "or older. Expected every record to be one of these. Nothing was committed; "
                "report this with the stream's declaration."
            )

    def _run_judge(self) -> dict[str, int]:
        """Note new records, and those with an older version; how many there are of each verdict.

        One join tells all: where nothing changed, no other statement reads the table. `same` is
        counted like the others, for a remainder would hide a lost record.
        """
        rows = self._run(
            "with seen as materialized (select s.ctid as sid, case when t.ctid is null then "
            "'insert' when {version_says} then 'older' when {changed} then 'changed' "
            "else 'same' end as verdict from {stage} as s "
            "left join {t} as t on t._feed = %(feed)s and {same_key}), "
            "noted as (insert into {verdicts} (sid, verdict) "
            "select sid, verdict from seen where verdict in ('insert', 'older')) "
            "select verdict, count(*) from seen group by verdict",
            # An older version is a change of content, so content need not be looked at.
            version_says=self._version_says(),
            changed=self._changed(),
            same_key=self._same_key(),
        ).fetchall()
        return {str(verdict): int(count) for verdict, count in rows}

    def _fetch_overtaken(self) -> int:
        """Changed records that a load which began later has already written."""
        found = self._run(
            "select count(*) from {stage} as s join {t} as t on t._feed = %(feed)s and {same_key} "
            "where {older} and not {version_says} and {changed}",
            older=self._older(),
            version_says=self._version_says(),
            same_key=self._same_key(),
            changed=self._changed(),
        )
        return int(found.fetchone()[0])

    def _same_key(self) -> sql.Composed:
        return _pairs(self.layout.primary_key, "t.{0} = s.{0}", " and ")

    def _changed(self) -> sql.Composed:
        columns = _pairs(self._content(), "s.{0} is distinct from t.{0}", " or ")
        return sql.SQL("(t._deleted_at is not null or {})").format(columns)

    def _older(self) -> sql.Composable:
        """(version, start of load) compared as a pair; a null version decides nothing."""
        by_load = sql.SQL(LATER)
        if not self.layout.version:
            return by_load
        column = sql.Identifier(self.layout.version)
        pair = (
            "(coalesce(s.{0} < t.{0}, false) or (coalesce(s.{0} = t.{0}, true) "
            f"and {LATER}))"
        )
        return sql.SQL(pair).format(column)

    def _version_says(self) -> sql.Composable:
        """The source itself says that what came is older."""
        if not self.layout.version:
            return sql.SQL("false")
        return _pairs([self.layout.version], "coalesce(s.{0} < t.{0}, false)", "")

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
        """Replace changed records that are not older; notes them when children depend on it."""
        found = self._run(
            NOTED_UPDATE if self.layout.children else UPDATE,
            sets=_pairs(self._content(), "{0} = s.{0}", ", "),
            same_key=self._same_key(),
            changed=self._changed(),
            older=self._older(),
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
