"""Any SQL database as a source: discovers, checks, reads tables and queries in one snapshot each.

Data flow: catalogue -> streams -> SELECT (window, key order) -> batches -> Arrow or dicts -> Page.
A page carries the key of its last row, so that a read which broke off goes on behind it.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from include.config.connector_spec import Stream
from include.config.credentials import Credentials
from include.config.models import Feed
from include.core.errors import ConfigError
from include.core.streams import Page, Window
from include.extract.source import FROM_THE_START, ReadOptions, SourceBase
from include.extract.sql.arrow import build_records, has_unbelieved
from include.extract.sql.catalogue import Catalogue, open_catalogue
from include.extract.sql.database import Database, build_database, require_own
from include.extract.sql.postgres import open_postgres
from include.extract.sql.relation import Syntax, Table
from include.extract.sql.rows import build_arrays, open_rows
from include.extract.sql.select import (
    FIRST_BELIEVED,
    LAST_BELIEVED,
    build_order,
    build_position,
    build_select,
    can_chunk,
    parse_position,
)
from include.extract.sql.sqlite_records import build_loose_records
from include.extract.sql.streams import SqlStream, fetch_matching, fetch_streams
from include.extract.sql.wall_clock import load_zone
from include.extract.stores.names import Names
from include.extract.stores.source_stores import NO_STORES, Stores

log = logging.getLogger(__name__)


class SqlSource(SourceBase):
    """The reader of one feed of connector `sql`."""

    takes_positions = True

    def __init__(self, feed: Feed, credentials: Credentials, stores: Stores = NO_STORES) -> None:
        super().__init__(feed, credentials, stores)
        self._zone = load_zone(feed.options.get("timezone"))
        self._found: dict[str, SqlStream] | None = None
        self._names: Names | None = None

    def check(self) -> None:
        """Every table that should be loaded may be read.

        Raises:
            AccessDenied: Naming every table that may not, and what to grant.
        """
        streams = self._streams()
        if self._feed.options.get("streams"):
            return
        with self._catalogue() as catalogue:
            wanted = fetch_matching(catalogue, self._feed.options)
            for name in sorted(wanted.keys() - streams.keys()):
                # Those without a key are no matter of rights; the others refuse now again.
                catalogue.fetch_columns(wanted[name])

    def discover(self) -> dict[str, Stream]:
        """The feed's streams with the columns and types the database has now."""
        return {name: found.stream for name, found in self._streams().items()}

    def read(
        self, stream: str, window: Window, options: ReadOptions = FROM_THE_START
    ) -> Iterator[Page]:
        """Pages in the order of the key, those behind the position when there is one.

        Raises:
            PositionRefused: If the stream's key is not the one the position was made for.
            EltError: Whatever the database says, as one of ours.
        """
        found = self._streams().get(stream)
        if found is None:
            raise ConfigError(
                f"no table makes the stream `{stream}`. Streams found: "
                f"{', '.join(self._streams())}. Check options `streams`, `include` and `exclude`."
            )
        self._keep_names(found)
        database = self._database()
        syntax = Syntax(database.dialect)
        order = build_order(found)
        after = parse_position(options.position, order)
        limit = self._feed.options.get("chunk_rows") if can_chunk(found, syntax) else None
        if found.cursor is not None:
            # A window is small, and its own index beats the key's: one statement.
            limit = None
        with _open(database) as reader:
            while True:
                select = build_select(
                    found, syntax, self._zone, window, position=after, limit=limit
                )
                rows = 0
                for batch in reader.read(select):
                    size, last = _measure(found, batch)
                    rows += size
                    after = last or after
                    yield from self._build_pages(found, window, batch, last)
                if limit is None or rows < limit:
                    return

    def _build_pages(
        self, found: SqlStream, window: Window, batch: list[Any], last: tuple[Any, ...] | None
    ) -> Iterator[Page]:
        if any(column.loose for column in found.columns):
            made = [build_loose_records(found, batch, window, self._zone)]
        else:
            is_rows = isinstance(batch[0], tuple)
            arrays = build_arrays(found.columns, batch) if is_rows else batch
            made = list(build_records(found.columns, arrays, self._zone))
        position = build_position(list(last)) if last else None
        for number, records in enumerate(made, 1):
            yield Page(
                records,
                position=position if number == len(made) else None,
                notices=_notices(found, records),
            )

    def _streams(self) -> dict[str, SqlStream]:
        if self._found is None:
            with self._catalogue() as catalogue:
                self._found = fetch_streams(catalogue, self._feed.options)
        return self._found

    @contextmanager
    def _catalogue(self) -> Iterator[Catalogue]:
        if self._names is None:
            store = self._stores.name_store
            self._names = store.fetch() if store else {}
        as_bool = bool(self._feed.options.get("tinyint1_is_bool", True))
        with open_catalogue(self._database(), tinyint1_is_bool=as_bool) as catalogue:
            catalogue.names = self._names
            yield catalogue

    def _keep_names(self, found: SqlStream) -> None:
        """Remember what is called otherwise than at the source, before a row of it is loaded."""
        if self._stores.name_store is None or not isinstance(found.relation, Table):
            return
        place, known = str(found.relation), self._names or {}
        made = [(place, column.source, column.name) for column in found.columns]
        if not self._feed.options.get("streams"):
            made.append(("", found.relation.name, found.name))
        fresh = [
            (where, source, name)
            for where, source, name in made
            if name != source and source not in known.get(where, {})
        ]
        if fresh:
            self._stores.name_store.keep(fresh)

    def _database(self) -> Database:
        database = build_database(self._feed.options, self._credentials)
        return require_own(database, self._feed.tenant.id)


def _open(database: Database) -> Any:
    return open_postgres(database) if database.dialect == "postgresql" else open_rows(database)


def _notices(found: SqlStream, records: Any) -> tuple[str, ...]:
    """What a person should know of these rows' times."""
    cursor = found.cursor
    if cursor is None or cursor.loose:
        return ()
    if not has_unbelieved(records, cursor.name, FIRST_BELIEVED, LAST_BELIEVED):
        return ()
    return (
        f"rows whose `{cursor.name}` is infinite, zero, or outside the years "
        f"{FIRST_BELIEVED.year} to {LAST_BELIEVED.year} are read with every window, since none "
        "would ever hold them. Correct them at the source.",
    )


def _measure(found: SqlStream, batch: list[Any]) -> tuple[int, tuple[Any, ...] | None]:
    """Rows of a batch and the position behind its last one; None when that cannot be written."""
    order = build_order(found)
    places = [found.columns.index(column) for column in order]
    if isinstance(batch[0], tuple):
        values = [batch[-1][place] for place in places]
        size = len(batch)
    else:
        size = len(batch[0])
        try:
            values = [batch[place][size - 1].as_py() for place in places]
        except (OverflowError, ValueError):  # a date beyond what Python knows
            return size, None
    known = all(value is not None and not isinstance(value, bytes | float) for value in values)
    return size, tuple(values) if order and known else None
