"""One load at a warehouse with transactions of its own; see `include/load/two_stores.py`.

Staged by load, judged by statements of their own, then written by one short transaction whose last
statement makes the commit record `done`: rows are there if and only if the record is.
"""

import re
from collections.abc import Sequence
from pathlib import Path

import orjson

from include.core.errors import WarehouseRejected
from include.core.streams import SchemaChange, Tombstone
from include.destinations.batch import Shaped
from include.destinations.layout import StreamLayout, TableLayout
from include.destinations.protocol import (
    ColumnFiller,
    LoadStamp,
    MergeCounts,
    Sweep,
    Swept,
    Written,
)
from include.destinations.remote.absence import build_deletions, build_key_names, build_sweep
from include.destinations.remote.dialect import Client
from include.destinations.remote.spool import Spool, save_texts, staged_columns
from include.destinations.remote.statements import KNOWN, VERDICTS, Statements, staging_name
from include.destinations.remote.tables import COMMITS, COUNTS, run_follow, run_prepare
from include.ledger.connection import Connection
from include.ledger.rejects import fetch_keys


class RemoteSession:
    """`LoadSession` and `CommittingSession` over any client."""

    fills_back = False

    def __init__(
        self, client: Client, books: Connection, layout: StreamLayout, folder: Path
    ) -> None:
        self.client = client
        self.books = books
        self.layout = layout
        self.folder = folder
        self.schema = layout.parent.schema
        self.commits = client.dialect.place(self.schema, COMMITS)
        self.spool = Spool(folder, layout, client.dialect.file_zone)
        self.load_id = 0
        self._statements: Statements
        self._writes: list[str] = []
        self._gone: str | None = None

    def run_prepare(self) -> None:
        run_prepare(self.client, self.schema)

    def fetch_columns(self, table: TableLayout) -> dict[str, str]:
        return self.client.fetch_columns(table.schema, table.name)

    def run_open(self) -> None:
        self.run_clear()

    def run_stage(self, batch: Shaped) -> None:
        self.spool.run_add(batch)

    def run_release(self) -> None:
        """Nothing is held while the source is awaited: batches lie on disk."""

    def fetch_staged(self, keys: Sequence[str]) -> list[int]:
        return self.spool.find_staged(keys)

    def run_check_new(self, load_id: int) -> None:
        of_load = f"{self.client.dialect.name('load_id')} = {load_id}"
        if self.client.fetch(f"select 1 from {self.commits} where {of_load} limit 1"):
            raise WarehouseRejected(
                f"load `{load_id}` is in `{self.schema}.{COMMITS}` already. Expected a number that "
                "was never used there. The books were restored from a copy older than the rows: "
                "set the sequence of `elt_ops.loads` past the largest load of every "
                f"`{COMMITS}`, then run again; rows that came meanwhile are merged by their keys."
            )

    def run_begin(self, load_id: int) -> None:
        """The fence first, so that whoever finds this load dead can give it up."""
        self.load_id = load_id
        self.client.run_fence(self.schema, load_id)

    def run_follow(self, filler: ColumnFiller | None) -> list[SchemaChange]:
        """Values of `_extra` stay there: `fills_back` says so."""
        return run_follow(self.client, self.layout)

    def run_merge(
        self, stamp: LoadStamp, *, is_latest: bool, keys_are_distinct: bool
    ) -> MergeCounts:
        """Stage and judge; the writes are made by `run_commit`."""
        made = Statements(self.client.dialect, self.layout, stamp)
        self._statements = made
        for table in self.layout.tables:
            name = staging_name(table, self.load_id, "s")
            columns = staged_columns(self.layout, table)
            self.client.run_make_staging(table.schema, name, columns)
            if files := self.spool.load_files(table):
                self.client.run_upload(table.schema, name, files)
        self.client.fetch(made.build_verdicts())
        found = {str(what): int(number) for what, number in self.client.fetch(made.build_counts())}
        counts = MergeCounts(
            **{one: found.get(one, 0) for one in VERDICTS},
            child_rows={child: found[f"of {child}"] for child in self.layout.children},
            is_first=not found[KNOWN],
        )
        staged = self.spool.rows.get(self.layout.parent.name, 0)
        counts.superseded = staged - counts.distinct
        self._writes = made.build_writes() if counts.inserted + counts.updated else []
        return counts

    def run_sweep(self, sweep: Sweep, stamp: LoadStamp) -> Swept:
        complete = self._run_upload_texts("c", [[one] for one in sweep.complete])
        rejected = self._run_upload_texts("r", fetch_keys(self.books))
        absence = build_sweep(self._statements, sweep, complete or "", rejected)
        ((marked, live, written),) = self.client.fetch(absence.count)
        if marked:
            self._writes.append(absence.write)
            self._gone = absence.gone
        return Swept(int(marked), int(live) - int(marked) + int(written) if marked else 0)

    def run_delete(self, tombstones: Sequence[Tombstone], stamp: LoadStamp) -> int:
        rows = [
            [*map(str, one.key), None if one.version is None else str(one.version)]
            for one in tombstones
        ]
        named = self._run_upload_texts("d", rows, last="version")
        if named is None:
            return 0
        count, writes = build_deletions(self._statements, named, self._gone)
        self._writes += writes
        return int(self.client.fetch(count)[0][0])

    def _run_upload_texts(
        self, kind: str, rows: Sequence[Sequence[str | None]], last: str | None = None
    ) -> str | None:
        """A table of texts `k0`, `k1`, ... (the last named `last`); None when there are none."""
        if not rows:
            return None
        names = build_key_names(len(rows[0]) - bool(last)) + ([last] if last else [])
        parent = self.layout.parent
        made = staging_name(parent, self.load_id, kind)
        self.client.run_make_staging(self.schema, made, dict.fromkeys(names, "text"))
        path = self.folder / f"keys_{kind}.parquet"
        save_texts(path, {name: [row[at] for row in rows] for at, name in enumerate(names)})
        self.client.run_upload(self.schema, made, [path])
        return self._statements.staging(parent, kind)

    def run_commit(self, stamp: LoadStamp, written: Written) -> None:
        """The record is the last statement: where it has a lock, that is held for an instant."""
        said = {one: str(getattr(written.counts, one)) for one in COUNTS if one != "deleted"}
        children = orjson.dumps(written.counts.child_rows).decode().replace("'", "''")
        said |= {"deleted": str(written.deleted), "child_rows": f"'{children}'"}
        done = self.client.dialect.record(self.commits, stamp.load_id, said)
        self.client.run_transaction(self.schema, stamp.load_id, [*self._writes, done])

    def run_clear(self) -> None:
        self.spool.run_clear()
        self._writes, self._gone = [], None

    def run_settle(self, load_id: int) -> Written | None:
        self.client.run_give_up(self.schema, load_id)
        name = self.client.dialect.name
        columns = ", ".join(map(name, (*COUNTS, "child_rows")))
        found = self.client.fetch(
            f"select {columns} from {self.commits} where {name('load_id')} = {load_id} "
            f"and {name('state')} = 'done'"
        )
        if not found:
            return None
        *counts, children = found[0]
        made = MergeCounts(child_rows=orjson.loads(children))
        *written, deleted = (int(number) for number in counts)
        for column, number in zip(COUNTS, written, strict=False):
            setattr(made, column, number)
        return Written(made, deleted)

    def read_cost(self) -> dict[str, int]:
        """A part's own; what cleaning up asks for is the next one's."""
        cost = dict(self.client.cost)
        self.client.cost.clear()
        return cost

    def run_discard(self) -> None:
        names = "|".join(re.escape(table.name) for table in self.layout.tables)
        staged = re.compile(rf"_stg_[0-9]+_[a-z]_({names})")
        for name in self.client.fetch_tables(self.schema):
            if staged.fullmatch(name):
                self.client.run_drop(self.schema, name)
