"""connector.yaml to dbt staging: the sources, a view per stream and child, their ymls.

Data flow: Connector -> NewFile for dbt/models/staging/<connector>/. Generated files carry a mark
and are kept once a person has edited them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from include.config.connector_spec import Connector, Stream
from include.config.tenant.concepts.known import Concepts
from include.core import naming
from include.scaffold.columns import (
    CALCULATED,
    GROUPS,
    StagedColumn,
    build_child_columns,
    build_stream_columns,
    key_forms,
    singular,
)
from include.scaffold.conformed import build_conformed_files
from include.scaffold.files import NewFile
from include.scaffold.template import load_filled

LINEAGE = (naming.FEED, naming.LOAD_ID, naming.LOADED_AT)
_LINEAGE_YML = """\
      - name: _feed
        description: Feed that loaded the row; part of the key.
      - name: _load_id
        description: Load that last changed the raw row; elt_ops.loads tells when and how.
      - name: _loaded_at
        description: Start of that load, UTC.
"""


def build_own_staging_files(
    connector: Connector, tenant: str, streams: Mapping[str, Stream], folder: Path
) -> list[NewFile]:
    """Every staging file of the streams that one tenant's feeds define.

    Args:
        folder: dbt's models/staging/<connector>/<tenant>, which only this tenant builds.
    """
    own = connector.model_copy(update={"streams": dict(streams), "concepts": ()})
    name = naming.own_staging(connector.connector, tenant)
    return build_staging_files(own, folder, {}, name=name)


def build_staging_files(
    connector: Connector, folder: Path, concepts: Concepts, *, name: str | None = None
) -> list[NewFile]:
    """Every staging file of a connector.

    Args:
        folder: dbt's models/staging/<connector>.
        concepts: Concept -> its (column, kind) pairs; see load_concepts.
        name: Stands in the names of sources and models; the connector's if None.
    """
    name = name or connector.connector
    files = [NewFile(folder / f"_{name}__sources.yml", _sources(connector, name), generated=True)]
    links = _build_links(connector, name)
    for stream_name, stream in sorted(connector.streams.items()):
        columns = _linked(build_stream_columns(stream_name, stream), links)
        model = naming.staging_model(name, stream_name)
        keys = [c.name for c in columns if c.expression in _key_forms(stream.primary_key)]
        about = stream.description or f"One row per {singular(stream_name)}."
        staged = _Model(model, stream_name, columns, keys, about)
        files += _build_model(folder, name, staged)
        for child in sorted(stream.children):
            columns = _linked(build_child_columns(stream_name, stream, child), links)
            model = naming.staging_model(name, f"{singular(stream_name)}_{child}")
            keys = [c.name for c in columns if c.expression in _parent_forms(stream.primary_key)]
            about = f"One row per element of `{child}` of one {singular(stream_name)}."
            table = naming.child_table(stream_name, child)
            staged = _Model(model, table, columns, [*keys, "line_position"], about)
            files += _build_model(folder, name, staged)
    return [*files, *build_conformed_files(connector, folder, concepts)]


def _build_links(connector: Connector, name: str) -> dict[str, str]:
    """Key column -> its staging model, for keys of one column whose name no other stream's has."""
    found: dict[str, list[str]] = {}
    for stream_name, stream in connector.streams.items():
        columns = build_stream_columns(stream_name, stream)
        keys = [c.name for c in columns if c.expression in _key_forms(stream.primary_key)]
        if len(keys) == 1:
            found.setdefault(keys[0], []).append(naming.staging_model(name, stream_name))
    return {key: models[0] for key, models in found.items() if len(models) == 1}


def _linked(columns: list[StagedColumn], links: Mapping[str, str]) -> list[StagedColumn]:
    return [replace(column, link=links.get(column.name)) for column in columns]


def _key_forms(primary_key: tuple[str, ...]) -> set[str]:
    return {form for key in primary_key for form in key_forms(key)}


def _parent_forms(primary_key: tuple[str, ...]) -> set[str]:
    return _key_forms(tuple(naming.parent_key_column(key) for key in primary_key))


def _sources(connector: Connector, name: str) -> str:
    """The sources yml; the schema is the tenant's, so one file serves every tenant."""
    # Twin of naming.raw_schema with the tenant left to dbt's variable.
    schema = naming.raw_schema("{{ var('tenant') }}", connector.connector)
    lines = [
        "version: 2",
        "",
        "sources:",
        f"  - name: {name}",
        f"    description: Raw tables of {connector.connector}, key (_feed, primary key).",
        f'    schema: "{schema}"',
        "    config:",
        f"      loaded_at_field: {naming.LOADED_AT}",
        "    tables:",
    ]
    for stream_name, stream in sorted(connector.streams.items()):
        about = stream.description or f"One row per {singular(stream_name)}."
        lines += [f"      - name: {stream_name}", f"        description: {_quoted(about)}"]
        for child in sorted(stream.children):
            table = naming.child_table(stream_name, child)
            about = f"One row per element of `{child}`."
            lines += [f"      - name: {table}", f"        description: {_quoted(about)}"]
    return "\n".join(lines) + "\n"


@dataclass(frozen=True, slots=True)
class _Model:
    """One staging model: its name, the raw table it reads, its columns and key, its sentence."""

    name: str
    table: str
    columns: list[StagedColumn]
    keys: list[str]
    about: str


def _build_model(folder: Path, connector: str, model: _Model) -> list[NewFile]:
    """The view and its yml."""
    sql = _view(connector, model.table, model.columns)
    yml = _yml(model.name, model.about, model.columns, model.keys)
    return [
        NewFile(folder / f"{model.name}.sql", sql, generated=True),
        NewFile(folder / f"{model.name}.yml", yml, generated=True),
    ]


def _view(connector: str, table: str, columns: list[StagedColumn]) -> str:
    lineage = [StagedColumn(name, name, "lineage") for name in LINEAGE]
    lines: list[str] = []
    for group in (*GROUPS[:-1], "lineage", CALCULATED):
        found = [column for column in (*columns, *lineage) if column.group == group]
        lines += [f"        -- {group}"] if found else []
        lines += [f"        {column.sql}," for column in found]
    selected = "\n".join(lines).removesuffix(",")
    values = {"connector": connector, "table": table, "selected": selected}
    return load_filled("staging.sql", values)


def _yml(model: str, about: str, columns: list[StagedColumn], keys: list[str]) -> str:
    lines = [
        "version: 2",
        "",
        "models:",
        f"  - name: {model}",
        f"    description: {_quoted(about)}",
        "    data_tests:",
        f"      - is_key: {{arguments: {{columns: [{', '.join([naming.FEED, *keys])}]}}}}",
        "    columns:",
    ]
    for column in columns:
        lines += [f"      - name: {column.name}", f"        description: {_about(column, keys)}"]
        if column.link and column.link != model:
            to = f"to: ref('{column.link}'), field: {column.name}"
            lines += ["        data_tests:", "          - belongs_to:"]
            lines += [f"              arguments: {{{to}}}"]
    return "\n".join(lines) + f"\n{_LINEAGE_YML}"


def _about(column: StagedColumn, keys: list[str]) -> str:
    """Where a column's value comes from: all that can be known without its vendor."""
    if column.name == "is_deleted":
        return "Gone from the source; the last known values stay."
    if column.raw == naming.POSITION:
        return "Part of the key; place of the element in its list, from 0."
    text = f"`{column.raw}` of the record"
    if column.group == "numbers":
        text += ", in the source's unit"
    return _quoted(f"Part of the key within a feed; {text}." if column.name in keys else f"{text}.")


def _quoted(text: str) -> str:
    """A YAML scalar: double-quoted where a plain one could be misread."""
    plain = (
        not any(mark in text for mark in ("`", ": ", " #", '"', "{", "[")) and text[:1].isalpha()
    )
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return text if plain else f'"{escaped}"'
