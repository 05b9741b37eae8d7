"""One stream of a foreign program as we read it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from include.config.connector_spec import Column, Stream
from include.core import naming
from include.core.errors import ConfigError
from include.extract.programs.schema import Fields, column_name, free_name

FULL, INCREMENTAL, LOG = "full", "incremental", "log"
DELETED_FIELDS = ("_sdc_deleted_at", "_ab_cdc_deleted_at")
SETTINGS = {
    "name": "the stream's name at the source",
    "replication": "`full`, `incremental` or `log`",
    "cursor": "the source's field incremental reads go by",
    "primary_key": "our columns, where the source names none",
    "fields": "the source's fields to read; all if absent",
    "types": "our column -> type, where the schema is wrong",
}
_ORDERED = ("timestamp", "date", "int", "bigint", "numeric")


@dataclass(frozen=True)
class ForeignStream:
    """What discovery found of one stream, and what the feed settled for it.

    Attributes:
        entry: The source's own catalog entry, to be handed back when reading.
        key_paths: The key's fields in a record, in the order of `stream.primary_key`.
        numbered: The fields a record without a key gets (hash, number); None when it has one.
        renamed: Fields of its records that need another name.
    """

    name: str
    entry: Mapping[str, Any]
    stream: Stream
    replication: str
    cursor: str | None = None
    key_paths: tuple[tuple[str, ...], ...] = ()
    numbered: tuple[str, str] | None = None
    renamed: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_full(self) -> bool:
        """Read whole each time: it has no position, and what is missing was deleted."""
        return self.replication == FULL


@dataclass(frozen=True, slots=True)
class CatalogEntry:
    """What a catalog says of a stream, in either protocol's words.

    Attributes:
        name: Ours.
        entry: As it stands there.
        schema: JSON schema of its records.
        keys: Paths of the key's fields; empty when the source names none.
    """

    name: str
    entry: Mapping[str, Any]
    schema: Mapping[str, Any]
    keys: Sequence[Sequence[str]]
    replication: str
    cursor: str | None


def build_stream(said: CatalogEntry, settings: Mapping[str, Any]) -> ForeignStream:
    """Our declaration of a source's stream.

    Raises:
        ConfigError: If the feed's settings name columns the stream does not have.
    """
    name, replication, cursor = said.name, said.replication, said.cursor
    fields = Fields(said.schema, settings.get("types"))
    numbered: tuple[str, str] | None = None
    if settings.get("primary_key"):
        columns = _chosen_columns(name, fields, settings["primary_key"])
        paths = [_path_of(column, fields) for column in columns]
    elif said.keys:
        paths = [tuple(path) for path in said.keys]
        columns = [_key_column(path, fields) for path in paths]
    else:
        paths = []
        numbered = (
            free_name("record_hash", fields.columns),
            free_name("record_number", fields.columns),
        )
        columns = list(numbered)
        fields.columns[numbered[0]] = Column(type="text")
        fields.columns[numbered[1]] = Column(type="int")
    version = fields.names.get(cursor or "")
    if version in columns or (version and fields.columns[version].type not in _ORDERED):
        version = None
    kind = "full read" if replication == FULL else f"{replication} by {cursor or 'its own state'}"
    stream = Stream(
        primary_key=tuple(columns),
        columns=fields.columns,
        version=None if replication == FULL else version,
        sweep="all" if replication == FULL else None,
        description=f"One row per record of the source's stream {name}; {kind}.",
    )
    return ForeignStream(
        name=name,
        entry=said.entry,
        stream=stream,
        replication=replication,
        cursor=cursor,
        key_paths=tuple(paths),
        numbered=numbered,
        renamed=fields.renamed,
        settings=settings,
    )


def check_settings(streams: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The feed's option `streams`, each block a mapping of known words.

    Raises:
        ConfigError: If a word is unknown or a replication is none.
    """
    found: dict[str, dict[str, Any]] = {}
    for name, block in streams.items():
        given = dict(block or {}) if isinstance(block, Mapping | None) else {"": block}
        unknown = sorted(given.keys() - SETTINGS.keys())
        if unknown:
            raise ConfigError(
                f"option `streams`, `{name}`: `{unknown[0]}` is not known. Expected "
                f"{', '.join(f'`{word}`' for word in SETTINGS)}. Correct the tenant file."
            )
        if given.get("replication", FULL) not in (FULL, INCREMENTAL, LOG):
            raise ConfigError(
                f"option `streams`, `{name}`: replication is `{given['replication']}`. Expected "
                f"{SETTINGS['replication']}. Correct the tenant file."
            )
        found[name] = given
    return found


def pick_streams(
    natives: Mapping[str, str], settings: Mapping[str, Mapping[str, Any]]
) -> dict[str, str]:
    """Our stream name -> the source's, for the declared streams or, without any, for all.

    Args:
        natives: Our name for each stream found -> the source's.

    Raises:
        ConfigError: If a declared stream was not found.
    """
    if not settings:
        return dict(natives)
    picked: dict[str, str] = {}
    for name, block in settings.items():
        wanted = block.get("name")
        native = wanted if wanted in natives.values() else None if wanted else natives.get(name)
        if native is None:
            raise ConfigError(
                f"the source has no stream `{wanted or name}`. Streams found: "
                f"{', '.join(natives) or 'none'}. Correct option `streams`."
            )
        picked[name] = native
    return picked


def name_streams(natives: Sequence[str]) -> dict[str, str]:
    """Our name for each of the source's streams -> the source's; no two alike."""
    named: dict[str, str] = {}
    for native in sorted(natives, key=lambda native: column_name(native) != native):
        name = column_name(native)
        named[naming.distinct(name, native) if name in named else name] = native
    return named


def _chosen_columns(name: str, fields: Fields, wanted: Any) -> list[str]:
    columns = [wanted] if isinstance(wanted, str) else list(wanted)
    missing = [column for column in columns if column not in fields.columns]
    if missing:
        raise ConfigError(
            f"option `streams`, `{name}`: no column `{missing[0]}` for the primary key. Columns "
            f"found: {', '.join(list(fields.columns)[:30])}. Correct the tenant file."
        )
    return columns


def _path_of(column: str, fields: Fields) -> tuple[str, ...]:
    return next(((f,) for f, name in fields.names.items() if name == column), (column,))


def _key_column(path: tuple[str, ...], fields: Fields) -> str:
    """The column of a key field, made when the schema does not list it."""
    if len(path) == 1:
        return fields.names.get(path[0]) or fields.add(path[0], {"type": "string"}, {})
    name = free_name(column_name("_".join(path)), fields.columns)
    fields.columns[name] = Column(type="text", path=".".join(path), detected=True)
    return name
