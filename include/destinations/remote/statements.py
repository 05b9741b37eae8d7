"""The statements of one load, as text: who is new, who is older, who changed; then the writes.

Every decision falls in a table of verdicts before the transaction, which therefore only writes, is
short, and can be sent at one go. No value of a source stands in any statement: they travel in
files.
"""

from collections.abc import Sequence

from include.core import naming
from include.destinations.batch import SEQ
from include.destinations.layout import StreamLayout, TableLayout
from include.destinations.protocol import LoadStamp, Sweep
from include.destinations.remote.dialect import Dialect
from include.destinations.remote.spool import staged_columns

VERDICT = "_verdict"
# A stamp further ahead than this was written by a clock that was wrong: it decides nothing.
CLOCK_MINUTES = 5
VERDICTS = ("inserted", "updated", "unchanged", "older")
KNOWN = "known"
WRITTEN = "('inserted', 'updated')"


class Statements:
    """Of one stream and one load."""

    def __init__(self, dialect: Dialect, layout: StreamLayout, stamp: LoadStamp) -> None:
        self.dialect = dialect
        self.layout = layout
        self.stamp = stamp
        self.parent = self.full(layout.parent)
        self.verdicts = self.staging(layout.parent, "v")
        self.feed = f"t.{self.name(naming.FEED)} = '{stamp.feed}'"
        self.started = dialect.moment(stamp.started_at)

    def name(self, column: str) -> str:
        return self.dialect.name(column)

    def full(self, table: TableLayout) -> str:
        return self.dialect.place(table.schema, table.name)

    def staging(self, table: TableLayout, kind: str) -> str:
        """A table of this load: `s` staged, `v` verdicts, `k` keys."""
        return self.dialect.place(table.schema, staging_name(table, self.stamp.load_id, kind))

    def same(self, one: str, other: str) -> str:
        keys = self.layout.primary_key
        return " and ".join(f"{one}.{self.name(k)} = {other}.{self.name(k)}" for k in keys)

    @property
    def content(self) -> dict[str, str]:
        """Columns whose change makes a record changed, with their types."""
        types = {
            name: kind
            for name, kind in self.layout.parent.types.items()
            if name not in self.layout.primary_key
        }
        types[naming.EXTRA] = "json"
        return {**types, naming.CHILDREN_HASH: "text"} if self.layout.children else types

    def build_verdicts(self) -> str:
        """Each key once, its newest version, typed, and what is to become of it."""
        dialect, version = self.dialect, self.layout.version
        typed = ", ".join(
            f"{dialect.typed(kind, self.name(name))} as {self.name(name)}"
            for name, kind in staged_columns(self.layout, self.layout.parent).items()
        )
        keys = ", ".join(map(self.name, self.layout.primary_key))
        newest = f"{self.name(version)} desc nulls last, " if version else ""
        behind = self._compare(version, "<", "false") if version else "false"
        older = self.later("t")
        if version:
            older = f"({self._compare(version, '=', 'true')} and {older})"
        changed = " or ".join(
            dialect.differs(kind, f"s.{self.name(name)}", f"t.{self.name(name)}")
            for name, kind in self.content.items()
        )
        return dialect.make_from(
            self.verdicts,
            "select s.*, "
            f"case when t.{self.name(naming.FEED)} is null then 'inserted' "
            f"when {behind} then 'older' "
            f"when not (t.{self.name(naming.DELETED_AT)} is not null or {changed}) "
            f"then 'unchanged' when {older} then 'older' else 'updated' end "
            f"as {self.name(VERDICT)} "
            f"from (select * from (select {typed} from {self.staging(self.layout.parent, 's')}) "
            f"where true qualify row_number() over (partition by {keys} order by {newest}"
            f"{self.name(SEQ)} desc) = 1) as s "
            f"left join {self.parent} as t on {self.feed} and {self.same('t', 's')}",
        )

    def _compare(self, column: str, sign: str, when_null: str) -> str:
        name = self.name(column)
        return f"coalesce(s.{name} {sign} t.{name}, {when_null})"

    def later(self, alias: str) -> str:
        """The row was written by a load that began after this one."""
        loaded = f"{alias}.{self.name(naming.LOADED_AT)}"
        soon = self.dialect.later(self.dialect.now, CLOCK_MINUTES)
        return f"({self.started} < {loaded} and {loaded} <= {soon})"

    def build_writes(self) -> list[str]:
        """Update, insert, and the children of both."""
        load_id, content = self.stamp.load_id, list(self.content)
        sets = ", ".join(f"{self.name(n)} = s.{self.name(n)}" for n in content)
        names = [*self.layout.primary_key, *content]
        columns, values = self._lists(names, "s")
        verdict = f"s.{self.name(VERDICT)}"
        lineage = ", ".join(map(self.name, (naming.FEED, naming.LOAD_ID, naming.LOADED_AT)))
        stamp = f"'{self.stamp.feed}', {load_id}, {self.started}"
        return [
            f"update {self.parent} as t set {sets}, {self.marks()}, "
            f"{self.name(naming.DELETED_AT)} = null from {self.verdicts} as s "
            f"where {verdict} = 'updated' and {self.feed} and {self.same('t', 's')}",
            f"insert into {self.parent} ({columns}, {lineage}) select {values}, {stamp} "
            f"from {self.verdicts} as s where {verdict} = 'inserted'",
            *(
                text
                for child in self.layout.children.values()
                for text in self._build_children(child, lineage, stamp)
            ),
        ]

    def marks(self) -> str:
        """Assignments that say which load wrote a row."""
        return (
            f"{self.name(naming.LOAD_ID)} = {self.stamp.load_id}, "
            f"{self.name(naming.LOADED_AT)} = {self.started}"
        )

    def _lists(self, names: Sequence[str], alias: str) -> tuple[str, str]:
        quoted = [self.name(name) for name in names]
        return ", ".join(quoted), ", ".join(f"{alias}.{name}" for name in quoted)

    def _build_children(self, child: TableLayout, lineage: str, stamp: str) -> list[str]:
        target = self.full(child)
        pairs = [
            (self.name(naming.parent_key_column(k)), self.name(k)) for k in self.layout.primary_key
        ]
        same = " and ".join(f"t.{copy} = s.{key}" for copy, key in pairs)
        written = f"s.{self.name(VERDICT)} in {WRITTEN}"
        kinds = {**child.types, naming.POSITION: "bigint", naming.EXTRA: "json"}
        typed = ", ".join(
            self.dialect.typed(kind, f"e.{self.name(name)}") for name, kind in kinds.items()
        )
        columns = ", ".join([*map(self.name, kinds), *(copy for copy, _ in pairs)])
        keys = ", ".join(f"s.{key}" for _, key in pairs)
        return [
            self.dialect.delete(target, self.verdicts, f"{written} and {self.feed} and {same}"),
            f"insert into {target} ({columns}, {lineage}) select {typed}, {keys}, {stamp} "
            f"from {self.staging(child, 's')} as e join {self.verdicts} as s "
            f"on e.{self.name(SEQ)} = s.{self.name(SEQ)} where {written}",
        ]

    def build_counts(self) -> str:
        """Asks at one go for (what, how many): each verdict, whether the feed's rows are known
        (0 or 1), and, as `of <child>`, the children the writes are going to insert.
        """
        verdict = self.name(VERDICT)
        parts = [
            f"select {verdict}, count(*) from {self.verdicts} group by {verdict}",
            f"select '{KNOWN}', count(*) from "
            f"(select 1 as one from {self.parent} as t where {self.feed} limit 1) as k",
            *(
                f"select 'of {name}', count(*) from {self.staging(child, 's')} as e "
                f"join {self.verdicts} as s on e.{self.name(SEQ)} = s.{self.name(SEQ)} "
                f"where s.{verdict} in {WRITTEN}"
                for name, child in self.layout.children.items()
            ),
        ]
        return " union all ".join(parts)

    def scope(self, sweep: Sweep, alias: str, complete: str) -> str:
        """Condition on a row of `alias` for the rows the read speaks about.

        Args:
            complete: Table of the values the source declared complete, where it did.
        """
        made = "true"
        if sweep.column != "all":
            column = f"{alias}.{self.name(sweep.column)}"
            kind = self.layout.parent.types[sweep.column]
            if sweep.complete:
                shown = self.dialect.as_text(kind, column)
                made = f"{shown} in (select c.{self.name('k0')} from {complete} as c)"
            else:
                own = self.name(sweep.column)
                made = f"{column} in (select c.{own} from {self.verdicts} as c)"
        if sweep.since is not None and sweep.cursor is not None:
            since = self.dialect.moment(sweep.since)
            made += f" and {alias}.{self.name(sweep.cursor)} >= {since}"
        return f"({made})"


def staging_name(table: TableLayout, load_id: int, kind: str) -> str:
    return f"_stg_{load_id}_{kind}_{table.name}"
