"""A second destination, in a DuckDB file: it commits by itself, and the books follow.

As a cloud warehouse would: staging by load id, verdicts before writes, and a row of `_elt_commits`
that is `open` from before staging, `done` by the transaction's last statement, or `void` for good.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import duckdb
import orjson
import pyarrow as pa

from include.config.models import Tenant
from include.core import naming
from include.core.errors import WarehouseRejected, WarehouseUnavailable
from include.core.streams import SchemaChange, Tombstone
from include.destinations.batch import SEQ, Shaped
from include.destinations.changes import build_changes, build_wanted
from include.destinations.layout import StreamLayout, TableLayout
from include.destinations.protocol import (
    ColumnFiller,
    LoadStamp,
    MergeCounts,
    Sweep,
    Swept,
    Written,
)
from include.ledger.connection import Connection
from include.ledger.rejects import fetch_keys
from tests.integration.duckdb_sql import COMMITS, COUNTS, LOGICAL, TYPES, errors, full, same_key
from tests.integration.duckdb_texts import DuckTexts


class DuckDestination:
    """A file; as many sessions as one process likes."""

    shares_ledger = False
    name_bytes = naming.MAX_IDENTIFIER_BYTES
    number_limit = None

    def __init__(self, path: Path) -> None:
        self.path = path

    def run_ensure_tenant(self, books: Connection, tenant: Tenant) -> None:
        """Schemas come with their first table."""

    @contextmanager
    def open(self, books: Connection, layout: StreamLayout, tenant: str) -> Iterator["DuckSession"]:
        with errors(), duckdb.connect(str(self.path)) as connection:
            connection.execute("set time zone 'UTC'")
            yield DuckSession(connection, books, layout)

    @contextmanager
    def open_texts(self, books: Connection, tenant: str) -> Iterator[DuckTexts]:
        with errors(), duckdb.connect(str(self.path)) as connection:
            connection.execute("begin transaction")
            yield DuckTexts(connection, tenant)


class DuckSession:
    """One load; see `LoadSession` and `CommittingSession`."""

    fills_back = False

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, books: Connection, layout: StreamLayout
    ) -> None:
        self.connection = connection
        self.books = books
        self.layout = layout
        self.schema = layout.parent.schema
        self.target = full(layout.parent)
        self.commits = f'"{self.schema}"._elt_commits'
        self.load_id = 0
        self._batches: list[Shaped] = []
        self._is_writing = False

    def run_prepare(self) -> None:
        self._run(f'create schema if not exists "{self.schema}"')
        self._run(COMMITS.format(schema=f'"{self.schema}"'))

    def fetch_columns(self, table: TableLayout) -> dict[str, str]:
        rows = self._rows(
            "select column_name, data_type from information_schema.columns "
            "where table_schema = ? and table_name = ? order by ordinal_position",
            [table.schema, table.name],
        )
        return {name: LOGICAL.get(kind, "text") for name, kind in rows}

    def run_open(self) -> None:
        self._batches = []

    def run_stage(self, batch: Shaped) -> None:
        self._batches.append(batch)

    def run_clear(self) -> None:
        self._batches = []

    def run_release(self) -> None:
        """Nothing is held while a batch is awaited."""

    def fetch_staged(self, keys: Sequence[str]) -> list[int]:
        staged, names = set(), self.layout.primary_key
        for batch in self._batches:
            columns = (batch.parent[name].to_pylist() for name in names)
            staged.update(tuple(map(str, row)) for row in zip(*columns, strict=True))
        return [at for at, key in enumerate(keys) if tuple(orjson.loads(key)) in staged]

    def run_begin(self, load_id: int) -> None:
        """The fence's row, then everything into tables that only this load knows."""
        self.load_id = load_id
        self._run(f"insert into {self.commits} (load_id, state) values (?, 'open')", [load_id])
        for table in self.layout.tables:
            own = [f"{naming.EXTRA} JSON"]
            if table is not self.layout.parent:
                own += [f"{naming.POSITION} INTEGER", f"{SEQ} BIGINT"]
            elif self.layout.children:
                own += [f"{naming.CHILDREN_HASH} VARCHAR", f"{SEQ} BIGINT"]
            declared = [f'"{name}" {TYPES[kind]}' for name, kind in table.types.items()]
            self._run(f"create table {self._stage(table)} ({', '.join([*declared, *own])})")
        for batch in self._batches:
            self._run_upload(self.layout.parent, batch.parent)
            for name, rows in batch.children.items():
                self._run_upload(self.layout.children[name], rows)

    def _run_upload(self, table: TableLayout, rows: Any) -> None:
        if not rows.num_rows:
            return
        self.connection.register("batch", pa.table(rows))
        names = ", ".join(f'"{name}"' for name in rows.column_names)
        values = ", ".join(
            f'unhex(substr("{name}", 3))' if table.types.get(name) == "bytes" else f'"{name}"'
            for name in rows.column_names
        )
        self._run(f"insert into {self._stage(table)} ({names}) select {values} from batch")
        self.connection.unregister("batch")

    def run_follow(self, filler: ColumnFiller | None) -> list[SchemaChange]:
        changes = []
        for table in self.layout.tables:
            stored, wanted = self.fetch_columns(table), build_wanted(self.layout, table)
            changes += build_changes(self.layout, table, stored)
            if not stored:
                own = [f'"{name}" {TYPES[kind]}' for name, kind in wanted.items()]
                own += [] if table is self.layout.parent else [f"{naming.POSITION} INTEGER"]
                own += [f"{naming.EXTRA} JSON", "_feed VARCHAR", "_load_id BIGINT"]
                own += ["_loaded_at TIMESTAMPTZ", "_deleted_at TIMESTAMPTZ"]
                self._run(f"create table {full(table)} ({', '.join(own)})")
            for name, kind in wanted.items() if stored else ():
                if name not in stored:
                    self._run(f'alter table {full(table)} add column "{name}" {TYPES[kind]}')
                elif stored[name] != kind:
                    self._run(f'alter table {full(table)} alter "{name}" type {TYPES[kind]}')
        return changes

    def run_merge(
        self, stamp: LoadStamp, *, is_latest: bool, keys_are_distinct: bool
    ) -> MergeCounts:
        self._run("begin transaction")
        self._is_writing = True
        counts = MergeCounts()
        if not keys_are_distinct:
            counts.superseded = self._run_dedupe()
        found = self._rows(f"select 1 from {self.target} where _feed = ? limit 1", [stamp.feed])
        counts.is_first = not found
        for verdict, number in self._run_judge(stamp).items():
            setattr(counts, verdict, number)
        self._run_write(stamp)
        for name, child in self.layout.children.items():
            counts.child_rows[name] = self._run_children(child, stamp)
        return counts

    def _run_dedupe(self) -> int:
        keys = ", ".join(f'"{key}"' for key in self.layout.primary_key)
        version = self.layout.version
        order = f'"{version}" desc nulls last, rowid desc' if version else "rowid desc"
        stage = self._stage(self.layout.parent)
        return self._changed(
            f"delete from {stage} where rowid in (select sid from (select rowid as sid, "
            f"row_number() over (partition by {keys} order by {order}) as place from {stage}) "
            "where place > 1)"
        )

    def _run_judge(self, stamp: LoadStamp) -> dict[str, int]:
        version = self.layout.version
        by_load = "$started_at < t._loaded_at"
        behind = f'coalesce(s."{version}" < t."{version}", false)' if version else "false"
        older = by_load
        if version:
            older = f'(coalesce(s."{version}" = t."{version}", true) and {by_load})'
        changed = " or ".join(f'cast(s."{n}" as varchar) is distinct from cast(t."{n}" as varchar)'
                              for n in self._content())  # fmt: skip
        self._run(
            "create or replace temp table verdicts as select s.rowid as sid, case "
            "when t._feed is null then 'inserted' "
            f"when {behind} then 'older' "
            f"when not (t._deleted_at is not null or {changed}) then 'unchanged' "
            f"when {older} then 'older' else 'updated' end as verdict "
            f"from {self._stage(self.layout.parent)} as s left join {self.target} as t "
            f"on t._feed = $feed and {same_key(self.layout.primary_key)}",
            {"feed": stamp.feed, "started_at": stamp.started_at},
        )
        return dict(self._rows("select verdict, count(*) from verdicts group by 1"))

    def _content(self) -> list[str]:
        names = [n for n in self.layout.parent.columns if n not in self.layout.primary_key]
        return [*names, naming.EXTRA, *([naming.CHILDREN_HASH] if self.layout.children else [])]

    def _run_write(self, stamp: LoadStamp) -> None:
        stage, content = self._stage(self.layout.parent), self._content()
        sets = ", ".join(f'"{name}" = s."{name}"' for name in content)
        self._run(
            f"update {self.target} as t set {sets}, _load_id = $load_id, "
            "_loaded_at = $started_at, _deleted_at = null "
            f"from {stage} as s, verdicts as v where v.sid = s.rowid and v.verdict = 'updated' "
            f"and t._feed = $feed and {same_key(self.layout.primary_key)}",
            asdict(stamp),
        )
        names = [*self.layout.primary_key, *content]
        columns = ", ".join(f'"{name}"' for name in names)
        values = ", ".join(f's."{name}"' for name in names)
        self._run(
            f"insert into {self.target} ({columns}, _feed, _load_id, _loaded_at) "
            f"select {values}, $feed, $load_id, $started_at from {stage} as s, verdicts as v "
            "where v.sid = s.rowid and v.verdict = 'inserted'",
            asdict(stamp),
        )

    def _run_children(self, child: TableLayout, stamp: LoadStamp) -> int:
        parent, stage, target = self._stage(self.layout.parent), self._stage(child), full(child)
        pairs = [(naming.parent_key_column(key), key) for key in self.layout.primary_key]
        same = " and ".join(f'c."{copy}" = s."{key}"' for copy, key in pairs)
        written = "v.sid = s.rowid and v.verdict in ('inserted', 'updated')"
        self._run(
            f"delete from {target} as c using {parent} as s, verdicts as v "
            f"where {written} and c._feed = $feed and {same}",
            {"feed": stamp.feed},
        )
        names = [*child.columns, naming.POSITION, naming.EXTRA]
        columns = ", ".join(f'"{name}"' for name in [*names, *(copy for copy, _ in pairs)])
        values = [f'e."{name}"' for name in names] + [f's."{key}"' for _, key in pairs]
        return self._changed(
            f"insert into {target} ({columns}, _feed, _load_id, _loaded_at) "
            f"select {', '.join(values)}, $feed, $load_id, $started_at from {stage} as e, "
            f"{parent} as s, verdicts as v where e.{SEQ} = s.{SEQ} and {written}",
            asdict(stamp),
        )

    def run_sweep(self, sweep: Sweep, stamp: LoadStamp) -> Swept:
        scope, stage = self._scope(sweep), self._stage(self.layout.parent)
        values = {"feed": stamp.feed, "complete": list(sweep.complete), "since": sweep.since}
        live = f"t._feed = $feed and t._deleted_at is null and {scope}"
        used = {name: value for name, value in values.items() if f"${name}" in live}
        rejected = " or ".join(self._is_key(key) for key in fetch_keys(self.books)) or "false"
        same = same_key(self.layout.primary_key)
        marked = self._changed(
            f"update {self.target} as t set _deleted_at = $started_at, _load_id = $load_id, "
            f"_loaded_at = $started_at where {live} and t._loaded_at <= $started_at "
            f"and not exists (select 1 from {stage} as s where {same}) "
            f"and not ({rejected})",
            used | asdict(stamp),
        )
        left = live if sweep.is_narrow else "t._feed = $feed and t._deleted_at is null"
        used = {name: value for name, value in values.items() if f"${name}" in left}
        count = self._rows(f"select count(*) from {self.target} as t where {left}", used)
        return Swept(marked, count[0][0])

    def _scope(self, sweep: Sweep) -> str:
        scope = "true"
        if sweep.column != "all":
            scope = f'cast(t."{sweep.column}" as varchar) in '
            if sweep.complete:
                scope += "(select unnest($complete))"
            else:
                stage = self._stage(self.layout.parent)
                scope += f'(select cast(s."{sweep.column}" as varchar) from {stage} as s)'
        if sweep.since is not None and sweep.cursor is not None:
            scope += f' and t."{sweep.cursor}" >= cast($since as timestamptz)'
        return f"({scope})"

    def _is_key(self, key: Sequence[str]) -> str:
        types = self.layout.parent.types
        same = [
            "t.\"{}\" = cast('{}' as {})".format(name, text.replace("'", "''"), TYPES[types[name]])
            for name, text in zip(self.layout.primary_key, key, strict=True)
        ]
        return f"({' and '.join(same)})"

    def run_delete(self, tombstones: Sequence[Tombstone], stamp: LoadStamp) -> int:
        marked, version = 0, self.layout.version
        for one in tombstones:
            same = self._is_key([str(part) for part in one.key])
            applies = "t._deleted_at is null and t._loaded_at <= $started_at"
            values: dict[str, Any] = asdict(stamp)
            newer = ""
            if version and one.version is not None:
                values["version"] = one.version
                column, given = f't."{version}"', f"cast($version as {self._version_type()})"
                newer = f', "{version}" = {given}'
                applies = f"({column} is null or {column} < {given} or "
                applies += f"({column} = {given} and t._deleted_at is null))"
            found = self._changed(
                f"update {self.target} as t set _deleted_at = coalesce(_deleted_at, $started_at), "
                f"_load_id = $load_id, _loaded_at = $started_at{newer} "
                f"where t._feed = $feed and {same} and {applies}",
                values,
            )
            marked += found or self._run_keep(one, same, stamp)
        return marked

    def _version_type(self) -> str:
        return TYPES[self.layout.parent.types[self.layout.version or ""]]

    def _run_keep(self, one: Tombstone, same: str, stamp: LoadStamp) -> int:
        """A deletion that overtook its record stays as a bare key."""
        if not self.layout.version or one.version is None:
            return 0
        columns = ", ".join(f'"{name}"' for name in self.layout.primary_key)
        marks = ", ".join(f"$key{place}" for place in range(len(one.key)))
        keys = {f"key{place}": value for place, value in enumerate(one.key)}
        return self._changed(
            f'insert into {self.target} ({columns}, "{self.layout.version}", _feed, _load_id, '
            f"_loaded_at, _deleted_at) select {marks}, cast($version as {self._version_type()}), "
            "$feed, $load_id, $started_at, $started_at where not exists "
            f"(select 1 from {self.target} as t where t._feed = $feed and {same})",
            asdict(stamp) | keys | {"version": one.version},
        )

    def run_commit(self, stamp: LoadStamp, written: Written) -> None:
        counts = {name: getattr(written.counts, name) for name in COUNTS}
        sets = ", ".join(f"{name} = ${name}" for name in counts)
        taken = self._changed(
            f"update {self.commits} set state = 'done', {sets}, deleted = $deleted, "
            "child_rows = $children where load_id = $load_id and state = 'open'",
            counts
            | {"deleted": written.deleted, "load_id": stamp.load_id}
            | {"children": orjson.dumps(written.counts.child_rows).decode()},
        )
        if taken != 1:
            self._run_rollback()
            raise WarehouseUnavailable(f"load `{stamp.load_id}` was given up by another process.")
        self._run("commit")
        self._is_writing = False

    def read_cost(self) -> dict[str, int]:
        return {}

    def run_check_new(self, load_id: int) -> None:
        if self._rows(f"select 1 from {self.commits} where load_id = ?", [load_id]):
            raise WarehouseRejected(f"load `{load_id}` is there already")

    def run_settle(self, load_id: int) -> Written | None:
        self._run_rollback()
        place = f"insert into {self.commits} (load_id, state)"
        self._run(f"{place} values (?, 'void') on conflict (load_id) do nothing", [load_id])
        void = "set state = 'void' where load_id = ? and state = 'open'"
        self._run(f"update {self.commits} {void}", [load_id])
        ((state, deleted, children, *counts),) = self._rows(
            f"select state, deleted, child_rows, {', '.join(COUNTS)} from {self.commits} "
            "where load_id = ?",
            [load_id],
        )
        if state != "done":
            return None
        named = dict(zip(COUNTS, counts, strict=True))
        return Written(MergeCounts(**named, child_rows=orjson.loads(children)), deleted)

    def run_discard(self) -> None:
        names = "|".join(table.name for table in self.layout.tables)
        tables = self._rows(
            "select table_name from information_schema.tables where table_schema = ? "
            "and regexp_full_match(table_name, ?)",
            [self.schema, f"_stg_[0-9]+_({names})"],
        )
        for (name,) in tables:
            self._run(f'drop table "{self.schema}"."{name}"')

    def _run_rollback(self) -> None:
        if self._is_writing:
            self._run("rollback")
        self._is_writing = False

    def _stage(self, table: TableLayout) -> str:
        return f'"{self.schema}"."_stg_{self.load_id}_{table.name}"'

    def _run(self, statement: str, values: Any = None) -> None:
        self._rows(statement, values)

    def _changed(self, statement: str, values: Any = None) -> int:
        return int(self._rows(statement, values)[0][0])

    def _rows(self, statement: str, values: Any = None) -> list[Any]:
        with errors():
            return list(self.connection.execute(statement, values).fetchall())
