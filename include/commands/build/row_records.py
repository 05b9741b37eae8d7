"""The raw records a row of a mart was made of.

Data flow: a row by its key -> the ids it carries, those of a person or product through the bridge
that lists them -> each id `<connector>:<feed>:<id>` -> the raw table that has it in one column,
else the records without which the staging model would not have it.
"""

from collections.abc import Iterator, Sequence

from include.config.models import Tenant
from include.core import naming
from include.destinations.postgres import row_lineage
from include.destinations.postgres.row_lineage import Candidate, RawRow, TenantWideId
from include.ledger.connection import Connection
from include.transform.lineage.answer import TenantLineage
from include.transform.lineage.graph import Step, Table
from include.transform.lineage.needed import build_probe, find_needed
from include.transform.lineage.statement import UnreadableSelect

# A person or product is several records: key -> the bridge and column that lists them.
BRIDGES = {
    "customer_id": ("bridge_customer_sources", "customer_id"),
    "product_id": ("bridge_product_sources", "product_id"),
    "company_id": ("bridge_company_sources", "company_id"),
}
OWNERS = {
    "dim_customers": "customer_id",
    "dim_products": "product_id",
    "dim_companies": "company_id",
}
# What a row is of, before whom or what it belongs to.
FIRST = ("record_id", "touchpoint_id", "conversion_id")


class RowRecords:
    """Finds raw records for one tenant."""

    def __init__(self, tenant: Tenant, lineage: TenantLineage, connection: Connection) -> None:
        self._tenant = tenant
        self._lineage = lineage
        self._connection = connection

    def find(self, table: Table, key: str, value: str) -> tuple[list[RawRow], list[str]]:
        """Raw records of the rows with this key, and why some could not be found."""
        rows = row_lineage.fetch_ids(self._connection, *table, key, value)
        if not rows:
            return [], [f"{self._tenant.id}: `{table[1]}` has no row with `{key}` = `{value}`."]
        records: list[RawRow] = []
        reasons: list[str] = []
        for one in rows:
            found, lost = self._find_of_row(table, key, value, one)
            records += [row for row in found if row not in records]
            reasons += [why for why in lost if why not in reasons]
        return records, reasons

    def _find_of_row(
        self, table: Table, key: str, value: str, row: dict[str, object]
    ) -> tuple[list[RawRow], list[str]]:
        """By the first of its ids, or sets of ids, that leads anywhere."""
        reasons = [
            f"`{value}` is no id of a record: the row is made of many. Ask for one of those."
        ]
        for ids in self._find_ids(table, key, value, row):
            found = {one: self._find_records(one, *at) for one, at in ids.items()}
            reasons = [
                f"`{one}`: no record is left of which it was made."
                for one, rows in found.items()
                if not rows
            ]
            if any(found.values()):
                return [one for rows in found.values() for one in rows], reasons
        return [], reasons

    def _find_ids(
        self, table: Table, key: str, value: str, row: dict[str, object]
    ) -> Iterator[dict[str, tuple[Table, str]]]:
        """Ids of records that a row is of -> where they stand; the closest first."""
        if table[1] in OWNERS:
            yield self._list_sources(OWNERS[table[1]], str(row[OWNERS[table[1]]]))
            return
        if row_lineage.parse_tenant_wide(value):
            yield {value: (table, key)}
        carried = {
            name: str(one)
            for name, one in row.items()
            if name != key and name not in BRIDGES and row_lineage.parse_tenant_wide(one)
        }
        for name in FIRST:
            if name in carried:
                yield {carried[name]: (table, name)}
        if carried:
            yield {one: (table, name) for name, one in carried.items()}
        for name in BRIDGES:
            if row.get(name):
                yield self._list_sources(name, str(row[name]))

    def _list_sources(self, owner: str, value: str) -> dict[str, tuple[Table, str]]:
        bridge, column = BRIDGES[owner]
        place = self._lineage.find_table(bridge)
        found = row_lineage.fetch_ids(self._connection, *place, column, value)
        return {str(row["record_id"]): (place, "record_id") for row in found}

    def _find_records(self, value: str, table: Table, column: str) -> list[RawRow]:
        one = row_lineage.parse_tenant_wide(value)
        if one is None:
            return []
        path = self._lineage.trace(table, column)
        wanted = naming.raw_schema(self._tenant.id, one.connector)
        leaves = [leaf for leaf in path.fields if leaf[0] == wanted]
        found = [
            row
            for leaf in leaves
            if path.fields[leaf].path
            for row in row_lineage.fetch_raw_rows(self._connection, *leaf, one)
        ]
        if found:
            return found
        tables: dict[Table, list[str]] = {}
        # The vendor's own columns first: of them is the name a record is told by.
        for leaf in sorted(leaves, key=lambda leaf: not path.fields[leaf].path):
            if leaf[2] != naming.FEED:
                tables.setdefault(leaf[:2], []).append(leaf[2])
        for model, key, whole in self._find_models(path.steps, one.connector):
            asked = TenantWideId(one.connector, one.feed, value) if whole else one
            records = [
                row
                for raw, columns in tables.items()
                for row in self._find_needed((model, key), (raw, columns), asked)
            ]
            if records:
                return records
        return []

    def _find_models(
        self, steps: Sequence[Step], connector: str
    ) -> Iterator[tuple[Table, str, bool]]:
        """Models that have the source's own id, then those that have the tenant-wide one."""
        staged, _, _ = naming.conformed_model(connector, "*").partition("*")
        begins, _, ends = naming.unioned_model("*").partition("*")
        for first, last, whole in ((staged, "", False), (begins, ends, True)):
            for step in steps:
                if step.table[1].startswith(first) and step.table[1].endswith(last):
                    yield step.table, step.column, whole

    def _find_needed(
        self, model: tuple[Table, str], raw: tuple[Table, list[str]], one: TenantWideId
    ) -> list[RawRow]:
        """Records of one raw table that the row with this id needs."""
        (place, key), (table, columns) = model, raw
        try:
            narrowed = row_lineage.narrow(*table)
            marker = "<narrowed>"
            probe = build_probe(self._lineage.made, place, table, marker).replace("%", "%%")
            probe = probe.replace(marker, narrowed)
        except UnreadableSelect:
            return []
        candidates = row_lineage.fetch_candidates(self._connection, *table, columns, one)

        def is_there(rows: Sequence[Candidate]) -> bool:
            places = [row.place for row in rows]
            return row_lineage.has_row(self._connection, probe, key, one, places)

        likely = [row for row in candidates if 0 < row.told == candidates[0].told]
        needed = find_needed(likely, is_there) or find_needed(candidates, is_there)
        return [candidate.row for candidate in needed]
