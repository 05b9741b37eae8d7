"""Datasets and tables of BigQuery, through its API: no jobs, nothing to pay, safe to repeat."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from include.destinations.bigquery.dialect import BigQueryDialect
from include.destinations.remote.tables import COMMITS

# Types of columns a table can be clustered by, and how many; of the docs' clustered-tables page.
CLUSTERED = frozenset({"text", "int", "bigint", "numeric", "bool", "date", "timestamp"})
MOST_CLUSTERED = 4
KINDS = {
    "STRING": "text", "INTEGER": "bigint", "INT64": "bigint", "BIGNUMERIC": "numeric",
    "NUMERIC": "numeric", "BOOLEAN": "bool", "BOOL": "bool", "DATE": "date",
    "TIMESTAMP": "timestamp", "FLOAT": "float", "FLOAT64": "float", "BYTES": "bytes",
}  # fmt: skip
# What tells a column of JSON, kept as text, from a text.
JSON = "JSON"


class Tables:
    """Of one project."""

    def __init__(self, client: Any, project: str, labels: Mapping[str, str]) -> None:
        self._client = client
        self._project = project
        # Of the tenant alone: a table is no feed's.
        self._labels = {name: labels[name] for name in ("elt_tenant",) if name in labels}

    def run_make_dataset(self, schema: str, location: str, hours: int) -> str:
        """Where it is: `location`, unless somebody made it elsewhere."""
        from google.api_core.exceptions import Conflict, NotFound
        from google.cloud import bigquery

        place = f"{self._project}.{schema}"
        try:
            return str(self._client.get_dataset(place).location)
        except NotFound:
            made = bigquery.Dataset(place)
            made.location, made.labels, made.max_time_travel_hours = location, self._labels, hours
        try:
            return str(self._client.create_dataset(made).location)
        except Conflict:  # by another feed of the tenant, just now
            return str(self._client.get_dataset(place).location)

    def run_make(
        self,
        schema: str,
        table: str,
        columns: Mapping[str, str],
        keys: Iterable[str] = (),
        ends: datetime | None = None,
    ) -> str:
        """Make it unless it is there; returns the moment it was made, as digits."""
        from google.cloud import bigquery

        fields = [self._build_field(name, kind) for name, kind in columns.items()]
        made = bigquery.Table(f"{self._project}.{schema}.{table}", schema=fields)
        made.labels, made.expires = self._labels, ends
        made.clustering_fields = build_clustering(columns, keys) or None
        created = self._client.create_table(made, exists_ok=True).created
        return str(int(created.timestamp() * 1000))

    def _build_field(self, name: str, kind: str) -> Any:
        from google.cloud import bigquery

        described = JSON if kind == "json" else ""
        return bigquery.SchemaField(name, BigQueryDialect.types[kind], description=described)

    def run_add(self, schema: str, table: str, columns: Mapping[str, str]) -> None:
        found = self._client.get_table(f"{self._project}.{schema}.{table}")
        known = {field.name.lower() for field in found.schema}
        added = [self._build_field(n, kind) for n, kind in columns.items() if n not in known]
        # With the table's etag: a change made meanwhile is not undone.
        found.schema = [*found.schema, *added]
        self._client.update_table(found, ["schema"])

    def run_drop(self, schema: str, table: str) -> None:
        self._client.delete_table(f"{self._project}.{schema}.{table}", not_found_ok=True)

    def fetch_columns(self, schema: str, table: str) -> dict[str, str]:
        from google.api_core.exceptions import NotFound

        try:
            found = self._client.get_table(f"{self._project}.{schema}.{table}")
        except NotFound:
            return {}
        return {
            field.name.lower(): "json"
            if field.description == JSON
            else KINDS.get(field.field_type, "text")
            for field in found.schema
        }

    def fetch_names(self, schema: str) -> list[str]:
        """Tables alone: a view holds nothing of its own."""
        return sorted(
            str(one.table_id).lower()
            for one in self._client.list_tables(f"{self._project}.{schema}")
            if one.table_type == "TABLE"
        )

    def fetch_datasets(self, prefix: str) -> list[str]:
        found = [str(one.dataset_id) for one in self._client.list_datasets(self._project)]
        return sorted(one for one in found if one.startswith(prefix))

    def fetch_born(self, schema: str) -> str:
        """When the commit records began, as digits."""
        created = self._client.get_table(f"{self._project}.{schema}.{COMMITS}").created
        return str(int(created.timestamp() * 1000))

    def fetch_clustering(self, schema: str, table: str) -> list[str]:
        """Columns the table is clustered by: their types are not changed in place."""
        found = self._client.get_table(f"{self._project}.{schema}.{table}")
        return list(found.clustering_fields or ())

    def build_head(self, schema: str, table: str, columns: Mapping[str, str]) -> str:
        """Columns, order and labels of a table that is written anew, as its statement says them."""
        found = self._client.get_table(f"{self._project}.{schema}.{table}")
        dialect = BigQueryDialect()
        body = ", ".join(
            f"{dialect.name(name)} {dialect.types[kind]}"
            + (f" options (description = '{JSON}')" if kind == "json" else "")
            for name, kind in columns.items()
        )
        keys = build_clustering(columns, found.clustering_fields or ())
        order = f" cluster by {', '.join(map(dialect.name, keys))}" if keys else ""
        labels = ", ".join(f"('{name}', '{value}')" for name, value in found.labels.items())
        return f"({body}){order}" + (f" options (labels = [{labels}])" if labels else "")


def build_clustering(columns: Mapping[str, str], keys: Iterable[str]) -> Sequence[str]:
    """The first keys a table can be clustered by."""
    return [key for key in keys if columns.get(key) in CLUSTERED][:MOST_CLUSTERED]
