"""Which rows are the person's: those that carry an address of theirs, and those linked by key."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from include.config.personal_words import looks_personal
from include.core import naming
from include.destinations.texts import FoundRow, StoredTable, TextStore, Wanted
from include.load.privacy.eraser import Eraser, read_stored
from include.load.privacy.person_links import (
    ANY_RECORD,
    PERSON_NOUNS,
    build_noun,
    build_row_texts,
    column_noun,
    links_to,
)
from include.pipeline.forget.person import Person
from include.pipeline.forget.tables import LINEAGE, Family, Inventory

LEAST_NAME = 7


@dataclass(frozen=True, slots=True)
class Identity:
    """A key by which a source (a feed's schema) or the marts know the person.

    Attributes:
        feed: None in tables built by dbt.
        own_key: Name of the key's column in the person's own table.
        is_personal: The key itself tells who it is.
    """

    schema: str
    feed: str | None
    noun: str
    own_key: str
    value: str
    table: str
    is_personal: bool = False

    def texts(self) -> Iterator[str]:
        """What the erasure list keeps of it."""
        if self.feed is not None:
            yield from build_row_texts(self.feed, self.noun, self.own_key, self.value)


class Finder:
    """Finds the person's rows; `Family.own` holds them afterwards."""

    def __init__(
        self,
        texts: TextStore,
        person: Person,
        eraser: Eraser,
        inventory: Inventory,
    ) -> None:
        self.texts = texts
        self.person = person
        self.eraser = eraser
        self.inventory = inventory
        self._loose: set[Identity] = set()
        self.names: set[str] = set()

    def run(self) -> list[Identity]:
        """Search by address, then once more by the keys found."""
        for family in self.inventory.families:
            self._find_named(family)
        identities = sorted(
            {*self._of_families(), *self._loose, *self._of_built()}, key=lambda one: repr(one)
        )
        for family in self.inventory.families:
            self._find_linked(family, identities)
        return identities

    def _find_named(self, family: Family) -> None:
        likes, patterns = self.person.likes(), self.person.patterns()
        has_table = {f.noun for f in self.inventory.families if f.is_of_persons}
        for table in (family.parent, *family.children):
            numbers = {
                name: self.person.phones
                for name, column in table.columns.items()
                if column.kind == "number" and self.inventory.is_personal(table, name, family)
                if self.person.phones
            }
            for rows in self.texts.fetch_rows(table, Wanted(likes, patterns, numbers)):
                for row in rows:
                    if self._is_own(table, row, numbers):
                        if family.is_of_persons and table is family.parent:
                            self.names |= find_full_names(row.values)
                        family.own.add(_key(family, table, row))
                        self._loose |= set(self._loose_keys(table, row, has_table))

    def _is_own(
        self, table: StoredTable, row: FoundRow, numbers: dict[str, tuple[str, ...]]
    ) -> bool:
        texts = (read_stored(table.columns[n].kind, row.values[n]) for n in table.texts)
        if any(self.eraser.owns(value) for value in texts):
            return True
        return any(row.values[name] in wanted for name, wanted in numbers.items())

    def _loose_keys(
        self, table: StoredTable, row: FoundRow, has_table: set[str]
    ) -> Iterator[Identity]:
        """Keys of persons whom the source has no table for (CallRail's `person_id`)."""
        for name in table.columns:
            noun, value = column_noun(name), row.values[name]
            if noun in PERSON_NOUNS and noun not in has_table and name != noun and value:
                feed = row.values[naming.FEED]
                yield Identity(table.schema, feed, noun, name, value, table.name)

    def _of_families(self) -> Iterator[Identity]:
        for family in self.inventory.families:
            if family.is_of_persons:
                key = family.primary_key[0]
                marked = family.marked.get(family.parent.name, set())
                for feed, value in sorted(family.own):
                    yield Identity(
                        family.parent.schema, feed, family.noun, key, value, family.parent.name,
                        key in marked,
                    )  # fmt: skip

    def _of_built(self) -> Iterator[Identity]:
        """Keys that dbt made: a snapshot's older rows may know another address of the person."""
        for table in self.inventory.built:
            noun = build_noun(table.name)
            key = next((k for k in (f"{noun}_key", f"{noun}_id") if k in table.columns), None)
            if noun not in PERSON_NOUNS or key is None or table.is_view:
                continue
            wanted = Wanted(self.person.likes(), self.person.patterns())
            for rows in self.texts.fetch_rows(table, wanted):
                for row in rows:
                    value = row.values[key]
                    if value and self._is_own(table, row, {}):
                        yield Identity("", None, noun, key, value, table.name)

    def _find_linked(self, family: Family, identities: list[Identity]) -> None:
        own = [one for one in identities if one.schema == family.parent.schema]
        for table in (family.parent, *family.children):
            keys = build_links(table, own)
            if not keys:
                continue
            for rows in self.texts.fetch_rows(table, Wanted(keys=keys)):
                for row in rows:
                    if self._takes_parent(family, table, row, own):
                        family.own.add(_key(family, table, row))

    def _takes_parent(
        self, family: Family, table: StoredTable, row: FoundRow, own: list[Identity]
    ) -> bool:
        """A task that lists the person is theirs; a company that does is not."""
        if table is family.parent or family.marked.get(family.parent.name):
            return True
        values = {one.value for one in own}
        return any(
            row.values[name] in values
            for name in table.columns
            if column_noun(name) in PERSON_NOUNS and column_noun(name) not in ANY_RECORD
        )


def find_full_names(values: Mapping[str, str | None]) -> set[str]:
    """Names in a row of the person's that are long enough to mean somebody, case folded.

    One word alone means too many; a first and a last name in two columns make one.
    """
    parts = {name: " ".join((text or "").split()).casefold() for name, text in values.items()}
    whole = [text for name, text in parts.items() if name == "name" or looks_personal(name)]
    for first, last in (("first_name", "last_name"), ("given_name", "family_name")):
        if parts.get(first) and parts.get(last):
            whole.append(f"{parts[first]} {parts[last]}")
    return {text for text in whole if " " in text and len(text) >= LEAST_NAME and "@" not in text}


def build_links(
    table: StoredTable, identities: list[Identity]
) -> list[tuple[list[str], list[list[str]]]]:
    """Conditions for `fetch_rows`: columns of a raw table that hold one of these keys."""
    keys = []
    for name, column in table.columns.items():
        if name in LINEAGE or column.kind not in ("text", "number", None):
            continue
        wanted = [
            [one.feed or "", one.value]
            for one in identities
            if links_to(name, one.noun, one.own_key, one.value)
            or (table.name == one.table and name == one.own_key)
        ]
        if wanted:
            keys.append(([naming.FEED, name], wanted))
    return keys


def _key(family: Family, table: StoredTable, row: FoundRow) -> tuple[str, ...]:
    return tuple(row.values[name] or "" for name in family.key_columns(table))
