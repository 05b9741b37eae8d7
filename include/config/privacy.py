"""What a tenant wants of personal data, resolved to columns.

`keep` stores it, `hash` stores a keyed digest (equal values stay equal inside the tenant), `drop`
stores null. Columns that cannot be hashed (not text) are dropped where `hash` is only the default.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from pydantic import Field

from include.config.connector_spec import Column, Connector, Stream
from include.config.personal_words import looks_personal
from include.config.spec import Spec

Action = Literal["keep", "hash", "drop"]


class Privacy(Spec):
    """The block `privacy` of a tenant file."""

    pii: Action = Field(
        "keep", description="Columns marked `pii` in connector.yaml, and fields named like them."
    )
    columns: dict[str, Action] = Field(
        {},
        description="Single columns: `connector.stream.column`, of a child table "
        "`connector.stream.child.column`.",
    )

    @property
    def needs_salt(self) -> bool:
        """Something is hashed, so the connection `<tenant>__privacy` must hold the salt."""
        return "hash" in (self.pii, *self.columns.values())

    @property
    def is_active(self) -> bool:
        return self.pii != "keep" or any(one != "keep" for one in self.columns.values())


@dataclass(frozen=True)
class PrivacyRules:
    """What is done to one stream; columns that are kept are not in it.

    Attributes:
        children: Child name -> column -> action.
        unknown: What becomes of fields nobody declared that look personal by name or value.
    """

    parent: Mapping[str, Action] = field(default_factory=dict)
    children: Mapping[str, Mapping[str, Action]] = field(default_factory=dict)
    unknown: Action = "keep"

    @property
    def is_active(self) -> bool:
        return self.unknown != "keep" or bool(self.parent) or any(self.children.values())

    @property
    def needs_salt(self) -> bool:
        tables = (self.parent, *self.children.values())
        return self.unknown == "hash" or any("hash" in rules.values() for rules in tables)


def build_rules(privacy: Privacy, connector: Connector, name: str, stream: Stream) -> PrivacyRules:
    """Rules of one stream, as declared or discovered."""
    actions: dict[str, dict[str, Action]] = {}
    for (table, column), (action, _path, _spec) in _choose_all(
        privacy, connector, name, stream
    ).items():
        if action != "keep":
            actions.setdefault(table, {})[column] = action
    return PrivacyRules(actions.pop("", {}), actions, privacy.pii)


def find_privacy_faults(
    privacy: Privacy, connector: Connector, streams: Mapping[str, Stream]
) -> dict[str, str]:
    """`connector.stream.column` -> why what is wanted of it cannot be done."""
    faults: dict[str, str] = {}
    for name, stream in streams.items():
        chosen = _choose_all(privacy, connector, name, stream)
        for (table, column), (action, path, spec) in chosen.items():
            if action == "drop" and not table and column in stream.primary_key:
                faults[path] = _key_fault(path, spec)
            elif privacy.columns.get(path) == "hash" and spec.type != "text":
                faults[path] = f"`{path}` is {spec.type}. Only text can be hashed; drop or keep it."
    return faults


def build_column_paths(connector: Connector, streams: Mapping[str, Stream]) -> set[str]:
    """Everything that may stand under `privacy.columns` for these streams."""
    keep_all = Privacy()
    return {
        path
        for name, stream in streams.items()
        for _action, path, _spec in _choose_all(keep_all, connector, name, stream).values()
    }


def _key_fault(path: str, column: Column) -> str:
    if column.type != "text":
        return (
            f"`{path}` is a primary key of type {column.type}, which can be neither dropped nor "
            f"hashed. Write `{path}: keep`."
        )
    return f"`{path}` is a primary key, which cannot be dropped. Write `{path}: hash`."


def _choose_all(
    privacy: Privacy, connector: Connector, name: str, stream: Stream
) -> dict[tuple[str, str], tuple[Action, str, Column]]:
    """(child or empty, column) -> action, path in the tenant file, declaration."""
    tables = {"": stream.columns} | {child: spec.columns for child, spec in stream.children.items()}
    found: dict[tuple[str, str], tuple[Action, str, Column]] = {}
    for table, columns in tables.items():
        for column, spec in columns.items():
            path = ".".join(part for part in (connector.connector, name, table, column) if part)
            # Streams of a feed's own were not written by somebody who marks columns; their names
            # are all there is to go by.
            personal = spec.pii or (connector.streams_from_feed and looks_personal(column))
            found[table, column] = (_choose(privacy, path, spec, personal=personal), path, spec)
    return found


def _choose(privacy: Privacy, path: str, column: Column, *, personal: bool) -> Action:
    if path in privacy.columns:
        return privacy.columns[path]
    if not personal:
        return "keep"
    return "drop" if privacy.pii == "hash" and column.type != "text" else privacy.pii
