"""A feed's streams: those it names in option `streams`, else every table that is not left out."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from include.config.connector_spec import Column, Stream
from include.config.explain import did_you_mean
from include.core.errors import AccessDenied, ConfigError
from include.extract.sql.catalogue import Catalogue
from include.extract.sql.columns import SqlColumn, build_names
from include.extract.sql.relation import Query, Relation, Table, build_query

log = logging.getLogger(__name__)

# Keys of a block under the feed's option `streams`: what to read, then those of Stream.
_READ_KEYS = ("table", "schema", "query")
_STREAM_KEYS = (
    *("primary_key", "columns", "cursor", "version", "sweep", "sweep_limit_share", "lookback_h"),
    *("freshness", "quarantine", "description"),
)
WHY = "Named in the tenant file as the column that grows with every change."
NUMBERS = ("int", "bigint", "numeric")


@dataclass(frozen=True)
class SqlStream:
    """A stream with what it is read from.

    Attributes:
        columns: What is selected, in order.
        key: The primary key's columns.
        counter: A growing number that says what is new, in place of a time cursor.
    """

    name: str
    stream: Stream
    relation: Relation
    columns: tuple[SqlColumn, ...]
    counter: SqlColumn | None = None

    @property
    def key(self) -> tuple[SqlColumn, ...]:
        by_name = {column.name: column for column in self.columns}
        return tuple(by_name[name] for name in self.stream.primary_key)

    @property
    def cursor(self) -> SqlColumn | None:
        """The column of the time cursor."""
        wanted = self.stream.cursor
        return next((c for c in self.columns if wanted and c.name == wanted.field), None)


def fetch_streams(catalogue: Catalogue, options: Mapping[str, Any]) -> dict[str, SqlStream]:
    """Every stream of the feed by name, sorted.

    Raises:
        ConfigError: If a block of option `streams` is wrong, or nothing is left to read.
        AccessDenied: If a named table may not be read; a discovered one is left out and named in
            the log.
    """
    blocks = options.get("streams")
    if blocks:
        found = {name: _fetch_named(catalogue, name, blocks[name], options) for name in blocks}
    else:
        found = _fetch_discovered(catalogue, options)
    return {name: found[name] for name in sorted(found)}


def fetch_matching(catalogue: Catalogue, options: Mapping[str, Any]) -> dict[str, Table]:
    """Tables that `include` and `exclude` leave, by stream name."""
    views = bool(options.get("views"))
    kept = [
        table
        for table in catalogue.fetch_tables(options.get("schema"), views=views)
        if any(fnmatchcase(table.name, one) for one in options.get("include") or ["*"])
        and not any(fnmatchcase(table.name, one) for one in options.get("exclude") or [])
    ]
    names = build_names([table.name for table in kept], catalogue.names.get("", {}))
    return dict(zip(names, kept, strict=True))


def _fetch_discovered(catalogue: Catalogue, options: Mapping[str, Any]) -> dict[str, SqlStream]:
    found: dict[str, SqlStream] = {}
    refused: list[AccessDenied] = []
    wanted = options.get("cursor_columns") or []
    for name, table in fetch_matching(catalogue, options).items():
        try:
            columns = catalogue.fetch_columns(table)
        except AccessDenied as error:
            log.warning("table left out table=%s reason=%s", table, error.message)
            refused.append(error)
            continue
        key = _to_names(columns, catalogue.fetch_key(table))
        if not key:
            log.warning("table left out table=%s reason=no_primary_key", table)
            continue
        block: dict[str, Any] = {"primary_key": key}
        times = [c.name for c in columns if c.type == "timestamp" and c.name in wanted]
        if times:
            block["cursor"] = min(times, key=wanted.index)
        found[name] = build_stream(name, table, columns, block)
    if refused and not found:
        raise refused[0]
    if not found:
        raise ConfigError(
            "no table can be loaded. Expected at least one with a primary key that may be "
            "read. Check `schema`, `include`, `exclude` and the user's rights."
        )
    return found


def _fetch_named(
    catalogue: Catalogue, name: str, given: Any, options: Mapping[str, Any]
) -> SqlStream:
    block = dict(given or {})
    known = (*_READ_KEYS, *_STREAM_KEYS)
    for key in block:
        if key not in known:
            raise ConfigError(
                f"option `streams.{name}` has the key `{key}`.{did_you_mean(key, known)} Expected "
                f"some of: {', '.join(known)}. Correct the tenant file."
            )
    table, query = block.pop("table", None), block.pop("query", None)
    schema = block.pop("schema", options.get("schema"))
    relation: Relation = build_query(name, query) if query else Table(schema, table or name)
    columns = catalogue.fetch_columns(relation)
    if not block.get("primary_key"):
        found = catalogue.fetch_key(relation) if isinstance(relation, Table) else ()
        block["primary_key"] = _to_names(columns, found)
        if not block["primary_key"]:
            raise ConfigError(
                f"`{relation}` of stream `{name}` has no primary key. Expected one, since rows are "
                f"known by it. Name its columns in `streams.{name}.primary_key`."
            )
    return build_stream(name, relation, columns, block)


def build_stream(
    name: str, relation: Relation, columns: tuple[SqlColumn, ...], block: Mapping[str, Any]
) -> SqlStream:
    """A stream of described columns and a block's settings.

    Raises:
        ConfigError: If the block does not fit them.
    """
    made = dict(block)
    key = made["primary_key"]
    made["primary_key"] = [key] if isinstance(key, str) else list(key)
    declared = made.pop("columns", None) or {}
    counter = _take_counter(name, columns, made)
    # A read without a cursor holds everything, so what it lacks is deleted.
    made.setdefault("sweep", None if counter else "all")
    made["stateful"] = counter is not None
    made.setdefault("description", f"One row per row of {relation}.")
    made["columns"] = {column.name: column.spec() for column in columns}
    try:
        made["columns"] |= {n: Column.model_validate(value) for n, value in declared.items()}
        stream = Stream.model_validate(made)
    except ValueError as error:
        said = next((line for line in str(error).split("\n") if line.startswith("  ")), str(error))
        raise _not_a_stream(name, said.split(" [type=")[0].strip(), columns) from None
    unknown = sorted(declared.keys() - {column.name for column in columns})
    if unknown:
        raise _not_a_stream(name, f"no column {', '.join(unknown)}", columns)
    return SqlStream(name, stream, relation, columns, counter)


def _take_counter(
    name: str, columns: tuple[SqlColumn, ...], block: dict[str, Any]
) -> SqlColumn | None:
    """The column of a numeric cursor, taken out of the block; a time cursor is completed there."""
    cursor = block.get("cursor")
    field = cursor.get("field") if isinstance(cursor, dict) else cursor
    if field is None:
        return None
    column = next((column for column in columns if column.name == field), None)
    if column is None:
        raise _not_a_stream(name, f"`cursor`: no column {field}", columns)
    if column.type in NUMBERS and not column.loose:
        del block["cursor"]
        _require_ordered_key(name, columns, block)
        return column
    if column.type not in ("timestamp", "date") and not column.loose:
        raise _not_a_stream(name, f"`cursor`: `{field}` is neither time nor number", columns)
    given = cursor if isinstance(cursor, dict) else {}
    block["cursor"] = {"why": WHY, **given, "field": field}
    return None


def _require_ordered_key(
    name: str, columns: tuple[SqlColumn, ...], block: Mapping[str, Any]
) -> None:
    """Rows that share a number are told apart by their key, where a read ends between them."""
    key = [column for column in columns if column.name in block["primary_key"]]
    odd = [column.name for column in key if not column.is_ordered]
    if odd:
        why = f"`cursor` is a number, and key column {', '.join(odd)} has no order to go on in"
        raise _not_a_stream(name, why, columns)


def _to_names(columns: tuple[SqlColumn, ...], sources: tuple[str, ...]) -> list[str]:
    by_source = {column.source: column.name for column in columns}
    return [by_source[source] for source in sources]


def _not_a_stream(name: str, why: str, columns: tuple[SqlColumn, ...]) -> ConfigError:
    known = ", ".join(column.name for column in columns[:40])
    return ConfigError(
        f"option `streams.{name}` does not describe a stream: {why}. Columns there: {known}. "
        "Correct the tenant file."
    )


__all__ = ("Query", "SqlStream", "build_stream", "fetch_matching", "fetch_streams")
