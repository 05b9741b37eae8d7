"""A column of a raw table -> the vendor's field it was read from, as connector.yaml declares it."""

from collections.abc import Mapping
from dataclasses import dataclass

from include.config.connector_spec import Column, Stream
from include.core import naming

PLATFORM = frozenset(
    {
        *(naming.EXTRA, naming.FEED, naming.LOAD_ID, naming.LOADED_AT, naming.DELETED_AT),
        *(naming.CHILDREN_HASH, naming.POSITION),
    }
)


@dataclass(frozen=True, slots=True)
class VendorField:
    """Where a raw column comes from.

    Attributes:
        path: Dotted path in the vendor's record; empty for a column of the platform's own.
        note: What it is where it is no field.
    """

    connector: str
    stream: str
    path: str
    note: str = ""


def find_field(
    connector: str, streams: Mapping[str, Stream], table: str, column: str
) -> VendorField:
    """The field; of a stream nobody declared, the source's own column."""
    if column in PLATFORM:
        return VendorField(connector, table, "", "written by the platform, not the vendor")
    name, _, child = table.partition("__")
    stream = streams.get(name)
    if stream is None:
        return VendorField(connector, table, column, "found at the source, declared nowhere")
    if not child:
        return VendorField(connector, table, _path(stream.columns.get(column), column))
    listed = stream.children.get(child)
    for key in stream.primary_key:
        if column == naming.parent_key_column(key):
            path = _path(stream.columns.get(key), key)
            return VendorField(connector, name, path, "key of the record that holds the list")
    inner = _path(listed.columns.get(column) if listed else None, column)
    return VendorField(connector, table, f"{listed.path}[].{inner}" if listed else inner)


def find_raw_columns(streams: Mapping[str, Stream], table: str) -> tuple[str, ...]:
    """Columns of a declared raw table, the platform's own included; empty when undeclared."""
    name, _, child = table.partition("__")
    stream = streams.get(name)
    if stream is None or (child and child not in stream.children):
        return ()
    own = sorted(PLATFORM)
    if not child:
        return (*stream.columns, *own)
    parents = map(naming.parent_key_column, stream.primary_key)
    return (*stream.children[child].columns, *parents, *own)


def _path(column: Column | None, name: str) -> str:
    return (column.path if column else None) or name
