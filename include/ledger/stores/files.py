"""Which files a feed has loaded: elt_ops.files, and the store a source asks for it.

The row of a file is written in the transaction of its rows, so a file counts as loaded exactly
when they are there.
"""

from collections.abc import Sequence
from typing import Any

from psycopg.rows import dict_row

from include.core.streams import FileMark
from include.ledger.connection import Connection, Warehouse
from include.ledger.ddl import run_migrations
from include.ledger.loads import LoadPlace

_RECORD = """
insert into elt_ops.files (tenant, feed, stream, path, content_hash, size, version, layout,
    detected, same_as, modified_at, first_load_id, load_id)
values (%(tenant)s, %(feed)s, %(stream)s, %(path)s, %(content_hash)s, %(size)s, %(version)s,
    %(layout)s, %(detected)s, %(same_as)s, %(modified_at)s, %(load_id)s, %(load_id)s)
on conflict (tenant, feed, stream, path, content_hash) do update set
    size = excluded.size, version = excluded.version, layout = excluded.layout,
    detected = excluded.detected, same_as = excluded.same_as, modified_at = excluded.modified_at,
    load_id = excluded.load_id, loaded_at = clock_timestamp(), archived_at = null
"""

_GONE = """
update elt_ops.files set archived_at = clock_timestamp() where archived_at is null
and (tenant, feed, stream) = (%(tenant)s, %(feed)s, %(stream)s) and path = any(%(paths)s)
"""


def run_record_files(
    connection: Connection, place: LoadPlace, load_id: int, marks: Sequence[FileMark]
) -> None:
    """Write that these files are loaded; never commits: their rows and they are one unit."""
    where = {"tenant": place.tenant, "feed": place.feed, "stream": place.stream}
    rows = [where | _row(mark) | {"load_id": load_id} for mark in marks if not mark.is_gone]
    gone = [mark.path for mark in marks if mark.is_gone]
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany(_RECORD.encode(), rows)
    if gone:
        connection.execute(_GONE.encode(), where | {"paths": gone})


def run_forget_files(connection: Connection, tenant: str, feed: str, stream: str) -> int:
    """Let the next run read the stream's files again; returns how many files that concerns.

    Their rows stay, for the columns and names they carry, under a layout that no reader has.
    """
    return connection.execute(
        "update elt_ops.files set layout = '' where (tenant, feed, stream) = (%s, %s, %s)"
        " and layout <> ''",
        [tenant, feed, stream],
    ).rowcount


def _row(mark: FileMark) -> dict[str, Any]:
    names = ("path", "content_hash", "size", "version", "layout", "detected", "same_as")
    return {name: getattr(mark, name) for name in names} | {"modified_at": mark.modified_at}


class WarehouseFileLedger:
    """The files of one feed; see `include.extract.stores.files.FileLedger`."""

    def __init__(self, warehouse: Warehouse, tenant: str, feed: str) -> None:
        self._warehouse, self._place = warehouse, [tenant, feed]

    def get(self) -> list[dict[str, Any]]:
        """The feed's rows of elt_ops.files in the order loaded."""
        with (
            self._warehouse.connect() as connection,
            connection.cursor(row_factory=dict_row) as cursor,
        ):
            # Discovery comes before the first load, which else makes the tables.
            run_migrations(connection)
            cursor.execute(
                "select stream, path, content_hash, size, version, layout, detected, same_as,"
                " load_id, archived_at is not null as is_archived from elt_ops.files"
                " where (tenant, feed) = (%s, %s) order by load_id, path",
                self._place,
            )
            return cursor.fetchall()

    def put_archived(self, path: str) -> None:
        """Note that the file was moved away or deleted; commits at once."""
        with self._warehouse.connect() as connection:
            connection.execute(
                "update elt_ops.files set archived_at = clock_timestamp()"
                " where (tenant, feed, path) = (%s, %s, %s) and archived_at is null",
                [*self._place, path],
            )
