"""`acme.fct_orders.net_amount` -> its path from the vendors' fields, for people and programs."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from include.config.explain import did_you_mean
from include.config.models import Tenant
from include.core import naming
from include.core.errors import ConfigError
from include.transform.lineage.graph import Graph, Made, Step, Table
from include.transform.lineage.project import load_made, load_project
from include.transform.lineage.raw import VendorField, find_field, find_raw_columns

# Layers a name is looked for in, in this order.
_LAYERS = ("mart", "bi", "snap", "int", "stg")
_SCHEMAS_OF_PYTHON = {"id": "identity resolution (docs/identity.md)", "fit": "a fit of the build"}


@dataclass(frozen=True, slots=True)
class ColumnPath:
    """The answer.

    Attributes:
        steps: From the asked column down, each column once.
        fields: What the vendors send, sorted; (raw schema, table, column) -> field.
        gaps: Steps that could not be followed, in words.
    """

    asked: str
    steps: tuple[Step, ...]
    fields: dict[tuple[str, str, str], VendorField]
    gaps: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        return {
            "column": self.asked,
            "steps": [
                {
                    "table": ".".join(step.table),
                    "column": step.column,
                    "from": [".".join(leaf) for leaf in step.sources],
                    "note": step.note,
                }
                for step in self.steps
            ],
            "fields": [
                {"raw": ".".join(leaf), **asdict(found)} for leaf, found in self.fields.items()
            ],
            "gaps": list(self.gaps),
        }


class TenantLineage:
    """One tenant's tables as its last builds on this machine made them."""

    def __init__(self, tenant: Tenant, target: Path) -> None:
        """Read what dbt left.

        Raises:
            ConfigError: The tenant was never built here.
        """
        manifest = load_project(target)
        if not manifest:
            raise ConfigError(
                "nothing tells how its marts are made. Expected dbt's files of a build on this "
                f"machine. Run `elt run --tenant {tenant.id} --step transform`.",
                tenant=tenant.id,
            )
        self._tenant = tenant
        self._sources = {
            (str(one["schema"]), str(one["identifier"])): tuple(map(str, one["columns"]))
            for one in manifest.get("sources", {}).values()
        }
        self.made: Mapping[Table, Made] = load_made(target, manifest)
        self._graph = Graph(self.made, self._find_columns)

    def find_table(self, name: str) -> Table:
        """A table by its name or its model's, the mart before others; ConfigError with a guess."""
        for layer in _LAYERS:
            schema = naming.dbt_schema(self._tenant.id, layer)
            for table, made in self.made.items():
                if table[0] == schema and name in (table[1], made.name):
                    return table
        known = {table[1] for table in self.made}
        raise ConfigError(
            f"`{name}` is no table of the tenant.{did_you_mean(name, known)} Expected a model of "
            "the dbt project. Name one, such as `fct_orders`.",
            tenant=self._tenant.id,
        )

    def trace(self, table: Table, column: str) -> ColumnPath:
        """The path of one column; ConfigError with a guess when the table has none of that name."""
        known = self._graph.columns_of(table)
        if column not in known:
            raise ConfigError(
                f"`{table[1]}` has no column `{column}`.{did_you_mean(column, known)} "
                f"Expected one of: {', '.join(known) or 'nobody knows'}. Correct the name.",
                tenant=self._tenant.id,
            )
        found = self._graph.trace(table, column)
        fields = {}
        for leaf, step in sorted(found.items()):
            field = self._find_field(leaf)
            if field is not None:
                fields[leaf] = field
            elif not step.sources and not step.note:
                step.note = self._explain(leaf)
        gaps = [
            f"{step.table[1]}.{step.column}: {step.note}"
            for step in found.values()
            if step.note.startswith("cannot be followed")
        ]
        asked = f"{self._tenant.id}.{table[1]}.{column}"
        return ColumnPath(asked, tuple(found.values()), fields, tuple(gaps))

    def _streams(self, connector: str) -> dict[str, Any]:
        feeds = [one for one in self._tenant.feeds if one.connector.connector == connector]
        return {k: v for one in feeds for k, v in {**one.connector.streams, **one.streams}.items()}

    def _connector_of(self, schema: str) -> str | None:
        known = {naming.raw_schema(self._tenant.id, one): one for one in self._tenant.connectors}
        return known.get(schema)

    def _find_field(self, leaf: tuple[str, str, str]) -> VendorField | None:
        connector = self._connector_of(leaf[0])
        return (connector and find_field(connector, self._streams(connector), *leaf[1:])) or None

    def _find_columns(self, table: Table) -> tuple[str, ...]:
        connector = self._connector_of(table[0])
        if connector:
            return find_raw_columns(self._streams(connector), table[1])
        return self._sources.get(table, ())

    def _explain(self, leaf: tuple[str, str, str]) -> str:
        layer = leaf[0].removeprefix(f"{self._tenant.id}_")
        who = _SCHEMAS_OF_PYTHON.get(layer)
        return f"written by {who}" if who else "cannot be followed: nobody knows who writes it"
