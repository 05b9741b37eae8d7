"""What steps of a build have written of a person: evidence quotes names and numbers of records.

Rows of `<tenant>_id` and `<tenant>_fit` go, rather than being redacted: they are all made anew by
the next transform, of records that no longer name the person. What stays is who is who, without
why: the ids are nobody's name, and facts join by them.
"""

from collections import Counter
from collections.abc import Iterable, Mapping

from include.config.models import Tenant
from include.core import naming
from include.destinations.texts import FoundRow, StoredTable, TextStore, Wanted
from include.pipeline.forget.find import Identity
from include.pipeline.forget.person import Person

# Tables of records -> column of the entity they are of.
RESOLVED = {"people": "person_id", "companies": "company_id", "products": "product_id"}
# Tables whose rows go -> columns that name a record or an entity.
DROPPED = {
    "pairs": ("left_id", "right_id"),
    "changes": ("record_id", "entity_id", "other_entity_id"),
    "attributes": ("record_id", "entity_id"),
    "shared_keys": (),
}
# Column of the person in tables of fits.
FITTED = "customer_id"


class IdentityEraser:
    """Erases one person from the tenant's identities.

    Attributes:
        touched: Table -> rows changed.
        deleted: Table -> rows deleted.
    """

    def __init__(self, tenant: Tenant, texts: TextStore, person: Person) -> None:
        self._tenant = tenant
        self._texts = texts
        self._wanted = Wanted(person.likes(), person.patterns())
        self.touched: Counter[str] = Counter()
        self.deleted: Counter[str] = Counter()

    def run(self, tables: Iterable[StoredTable], identities: Iterable[Identity]) -> None:
        """Find the person's records and all joined with them, and erase what tells why."""
        tables = list(tables)
        schema = naming.identity_schema(self._tenant.id)
        own = {table.name: table for table in tables if table.schema == schema}
        ids = build_record_ids(self._tenant, identities)
        for name, column in RESOLVED.items():
            if name in own:
                ids |= self._run_records(own[name], column, ids)
        for name, columns in DROPPED.items():
            if name in own:
                for row in self._fetch(own[name], dict.fromkeys(columns, ids)):
                    self._run_delete(own[name], row)
        if "runs" in own:
            self._run_unkeep(own["runs"])
        self._run_fitted(tables, ids)

    def _run_unkeep(self, table: StoredTable) -> None:
        """No base that was kept of these records is good any more, on whichever worker it lies."""
        if "base" in table.columns:
            for row in self._fetch(table, {"kind": set(RESOLVED)}):
                if row.values["base"] is not None:
                    self._texts.run_change_row(table, row, {"base": None})

    def _run_fitted(self, tables: Iterable[StoredTable], ids: set[str]) -> None:
        schema = naming.fit_schema(self._tenant.id)
        for table in tables:
            if table.schema == schema and FITTED in table.columns:
                for row in self._fetch(table, {FITTED: ids}):
                    self._run_delete(table, row)

    def _run_records(self, table: StoredTable, column: str, ids: set[str]) -> set[str]:
        """The entities of the person's records, and all records of theirs."""
        rows = self._fetch(table, {"record_id": ids})
        entities = {str(row.values[column]) for row in rows}
        all_rows = {row.address: row for row in rows}
        all_rows |= {row.address: row for row in self._fetch(table, {column: entities})}
        mentioned = {row.address for row in self._fetch(table, {})}
        for row in all_rows.values():
            if row.address in mentioned and _is_named(row, self._wanted):
                self._run_delete(table, row)  # the record's own key tells who it is
            elif row.values["how"] is not None:
                self._texts.run_change_row(table, row, {"how": None})
                self.touched[table.place] += 1
        return entities | {str(row.values["record_id"]) for row in all_rows.values()}

    def _fetch(self, table: StoredTable, keys: Mapping[str, set[str]]) -> list[FoundRow]:
        """Rows that mention the person, or have one of these keys."""
        known = [([name], [[one] for one in sorted(values)]) for name, values in keys.items()]
        wanted = Wanted(self._wanted.likes, self._wanted.patterns, keys=known)
        return [row for rows in self._texts.fetch_rows(table, wanted) for row in rows]

    def _run_delete(self, table: StoredTable, row: FoundRow) -> None:
        self._texts.run_delete_row(table, row)
        self.deleted[table.place] += 1


def build_record_ids(tenant: Tenant, identities: Iterable[Identity]) -> set[str]:
    """Tenant-wide ids of records by which sources know the person."""
    connectors = {feed.name: feed.connector.connector for feed in tenant.feeds}
    return {
        naming.record_id(connectors[one.feed], one.feed, one.value)
        for one in identities
        if one.feed in connectors
    }


def _is_named(row: FoundRow, wanted: Wanted) -> bool:
    """Whether the record's key itself holds an address or number of the person's."""
    key = (row.values["record_id"] or "").casefold()
    plain = "".join(one for one in key if one.isalnum() or one == "@")
    likes = [like.strip("%").replace("\\", "") for like in wanted.likes]
    numbers = [
        "".join(one for one in pattern.split("[^0-9a-z]{0,3}")) for pattern in wanted.patterns
    ]
    return any(like.casefold() in key for like in likes) or any(one in plain for one in numbers)
