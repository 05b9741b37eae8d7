"""The change itself: what each row of a tenant looks like without the person."""

import json
import re
from collections import Counter

from include.core import naming
from include.destinations.texts import FoundRow, StoredTable, TextStore, Wanted
from include.load.privacy.eraser import ERASED, Eraser, read_stored, write_stored
from include.load.privacy.person_links import OWN_KEYS, column_noun
from include.pipeline.forget.find import Identity
from include.pipeline.forget.person import Person
from include.pipeline.forget.tables import LINEAGE, Family, Inventory

# Long enough not to be part of other words in a payload.
LEAST_KEY = 8
KEPT = ("erasures", "erasure_salts", "migrations")
QUARANTINE = "quarantine"
DOCUMENTS = (QUARANTINE, "inbox")


class Redactor:
    """Redacts raw tables, what dbt built, and elt_ops, in that order.

    Attributes:
        touched: Table -> rows changed.
        deleted: Table -> rows deleted.
    """

    def __init__(
        self,
        texts: TextStore,
        person: Person,
        eraser: Eraser,
        inventory: Inventory,
        identities: list[Identity],
    ) -> None:
        self.texts = texts
        self.person = person
        self.eraser = eraser
        self.inventory = inventory
        self.identities = identities
        self.names: set[str] = set()
        self.touched: Counter[str] = Counter()
        self.deleted: Counter[str] = Counter()

    def run(self) -> None:
        """Change every row that names the person or is theirs."""
        for family in self.inventory.families:
            self._run_family(family)
        for table in self.inventory.built:
            if not table.is_view:
                self._run_built(table)
        for table in self.inventory.ops:
            if table.name not in KEPT:
                self._run_ops(table)

    def _fetch(
        self, table: StoredTable, keys: list, more: list[str] | None = None
    ) -> list[FoundRow]:  # type: ignore[type-arg]
        """All rows first: what is changed while a cursor is open might be met again."""
        wanted = Wanted(self.person.likes(more or ()), self.person.patterns(), keys=keys)
        return [row for rows in self.texts.fetch_rows(table, wanted) for row in rows]

    def _run_family(self, family: Family) -> None:
        own = sorted(family.own)
        for table in (family.parent, *family.children):
            columns = family.key_columns(table)
            for row in self._fetch(table, [(columns, own)] if own else []):
                key = tuple(row.values[name] or "" for name in columns)
                self._run_change(table, row, family, is_own=key in family.own)

    def _run_built(self, table: StoredTable) -> None:
        mine = [one for one in self.identities if one.feed is None and one.own_key in table.columns]
        values = {one.own_key: {o.value for o in mine if o.own_key == one.own_key} for one in mine}
        keys = [([name], [[value] for value in sorted(held)]) for name, held in values.items()]
        for row in self._fetch(table, keys):
            linked = any(row.values[name] in held for name, held in values.items())
            self._run_change(table, row, None, is_own=linked or self._is_own(table, row))

    def _run_ops(self, table: StoredTable) -> None:
        named = [one.value for one in self.identities if one.is_personal]
        documents = table.name in DOCUMENTS
        feeds = sorted({one.feed for one in self.identities if one.feed})
        keys = [(["feed"], [[feed] for feed in feeds])] if documents else []
        eraser = self.eraser.with_exact(named)
        for row in self._fetch(table, keys, named):
            texts = [row.values[name] or "" for name in table.texts]
            is_own = self._is_own(table, row) or (documents and self._is_linked(table, row))
            if not is_own and not any(map(eraser.mentions_stored, texts)):
                continue
            if table.name == QUARANTINE:
                self.texts.run_delete_row(table, row)
                self.deleted[table.place] += 1
            else:
                self._run_change(table, row, None, is_own=is_own, eraser=eraser)

    def _is_linked(self, table: StoredTable, row: FoundRow) -> bool:
        """A record of the person by the source's key for them, wherever it stands in there."""
        mine = [one for one in self.identities if one.feed == row.values["feed"]]
        keyed = {(one.table, json.dumps([one.value])) for one in mine}
        if (row.values.get("stream"), row.values.get("key_values")) in keyed:
            return True
        return any(
            _has_key(read_stored(table.columns[name].kind, row.values[name]), "", mine)
            for name in table.texts
        )

    def _is_own(self, table: StoredTable, row: FoundRow) -> bool:
        texts = (read_stored(table.columns[n].kind, row.values[n]) for n in table.texts)
        return any(self.eraser.owns(value) for value in texts)

    def _run_change(
        self,
        table: StoredTable,
        row: FoundRow,
        family: Family | None,
        *,
        is_own: bool,
        eraser: Eraser | None = None,
    ) -> None:
        changes: dict[str, str | None] = {}
        for name, value in row.values.items():
            if value is None or name in LINEAGE:
                continue
            made = self._redact(table, name, row, family, is_own, eraser or self.eraser)
            if made != value:
                changes[name] = made
        if changes:
            self.texts.run_change_row(table, row, changes)
            self.touched[table.place] += 1

    def _redact(
        self,
        table: StoredTable,
        name: str,
        row: FoundRow,
        family: Family | None,
        is_own: bool,
        eraser: Eraser,
    ) -> str | None:
        column, value = table.columns[name], row.values[name]
        assert value is not None
        in_ops = table.schema == naming.OPS_SCHEMA
        if is_own and not in_ops and self.inventory.is_personal(table, name, family):
            return self._empty(table, name, row, family)
        if column.kind in (None, "number"):
            return value
        made = write_stored(column.kind, value, eraser, is_own=is_own)
        # In rows of the person a full name is theirs, whatever its field is called.
        return self._without_names(made) if is_own and self.names else made

    def _without_names(self, text: str) -> str:
        pattern = "|".join(
            r"\s+".join(map(re.escape, name.split())) for name in sorted(self.names, reverse=True)
        )
        return re.sub(pattern, ERASED, text, flags=re.IGNORECASE)

    def _empty(
        self, table: StoredTable, name: str, row: FoundRow, family: Family | None
    ) -> str | None:
        """Null, a pseudonym for a key, or a word where the column must not be null."""
        column, value = table.columns[name], row.values[name] or ""
        feed = row.values.get(naming.FEED) or ""
        plain = name.removeprefix("_parent_")
        is_key = family is not None and name in family.key_columns(table)
        if column.kind == "text" and (is_key or self.eraser.is_row(feed, plain, value)):
            return self.eraser.pseudonym(value)
        if not column.is_required:
            return None
        return ERASED if column.kind == "text" else value


def _has_key(value: object, name: str, identities: list[Identity]) -> bool:
    """True when a leaf is one of the keys and its field is named so (`customer.id`), or it is long.

    Args:
        name: Of the field the value stands in; of the object around a plain `id`.
    """
    if isinstance(value, dict):
        return any(
            _has_key(item, name if key in OWN_KEYS and name else str(key), identities)
            for key, item in value.items()
        )
    if isinstance(value, list):
        return any(_has_key(item, name, identities) for item in value)
    if isinstance(value, bool) or not isinstance(value, str | int):
        return False
    return any(
        one.value == str(value) and (len(one.value) >= LEAST_KEY or column_noun(name) == one.noun)
        for one in identities
    )
