"""A connector's conformed models: the canonical columns of a concept, mapped as far as names agree.

The concepts are dbt's: they are read from the macro that defines them, so there is no second list.
"""

from pathlib import Path

from include.config.connector_spec import Connector
from include.config.tenant.concepts.known import Concepts
from include.core import naming
from include.core.errors import ConfigError
from include.scaffold.columns import build_stream_columns, key_forms
from include.scaffold.files import NewFile
from include.scaffold.template import load_filled


def build_conformed_files(connector: Connector, folder: Path, concepts: Concepts) -> list[NewFile]:
    """A model and its yml per concept the connector lists.

    Raises:
        ConfigError: If it lists a concept dbt does not know.
    """
    files: list[NewFile] = []
    for concept in connector.concepts:
        if concept not in concepts:
            raise ConfigError(
                f"connector `{connector.connector}` lists the concept `{concept}`. "
                f"Expected one of: {', '.join(sorted(concepts))}. Correct its connector.yaml."
            )
        model = naming.conformed_model(connector.connector, concept)
        stream = _closest_stream(connector, concept, concepts[concept])
        sql = _model(connector, concept, stream, concepts[concept])
        yml = load_filled("conformed.yml", {"model": model, "concept": concept})
        files.append(NewFile(folder / f"{model}.sql", sql, generated=True))
        files.append(NewFile(folder / f"{model}.yml", yml, generated=True))
    return files


def _staged_names(connector: Connector, stream: str) -> set[str]:
    return {column.name for column in build_stream_columns(stream, connector.streams[stream])}


def _single_key(connector: Connector, stream: str) -> str | None:
    """Staging name of the stream's key; None when several columns make the key."""
    described = connector.streams[stream]
    if len(described.primary_key) > 1:
        return None
    key = described.primary_key[0]
    columns = build_stream_columns(stream, described)
    return next(c.name for c in columns if c.expression in key_forms(key))


def _closest_stream(connector: Connector, concept: str, columns: list[tuple[str, str]]) -> str:
    """The stream of the concept's own name, else the one that shares most columns with it."""
    if concept in connector.streams:
        return concept
    wanted = {name for name, _ in columns}
    shared = {s: len(wanted & _staged_names(connector, s)) for s in sorted(connector.streams)}
    return max(shared, key=lambda stream: shared[stream])


def _model(connector: Connector, concept: str, stream: str, columns: list[tuple[str, str]]) -> str:
    staged = _staged_names(connector, stream)
    known = [f"        {name}," for name, _ in columns if name in staged]
    identifier = columns[0][0]  # a concept's first column is its own identifier
    key = _single_key(connector, stream)
    if identifier not in staged and key:
        known.insert(0, f"        {key} as {identifier},")
        staged = staged | {identifier}
    absent = [
        f"        {{{{ null_of('{kind}') }}}} as {name},"
        for name, kind in columns
        if name not in staged
    ]
    lineage = [f"        {naming.FEED},", f"        {naming.LOAD_ID},"]
    values = {
        "stream": stream,
        "model": naming.staging_model(connector.connector, stream),
        "concept": concept,
        "selected": "\n".join([*known, *lineage, *absent]).removesuffix(","),
    }
    return load_filled("conformed.sql", values)
