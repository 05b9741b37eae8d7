"""What a newly declared column makes of the values `_extra` has for it.

Values go through the rules fresh records go through (`build_column`), so a record that is read
again is found unchanged. A value that does not convert goes to quarantine under its record's key.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import pyarrow as pa

from include.destinations.column_types import ARROW_TYPES, SQL_TYPES
from include.destinations.layout import StreamLayout, TableLayout
from include.destinations.protocol import Converted, Unfilled
from include.ledger.connection import Connection
from include.ledger.loads import LoadPlace
from include.ledger.schema_changes import run_note_filled
from include.load.evolution.fill_misfits import run_quarantine_misfits
from include.load.evolution.filled_columns import build_declaration, find_fillable
from include.load.policy import StreamPolicy
from include.load.shape.columns import build_column


@dataclass(frozen=True)
class Filler:
    """The rules of one load; what it notes is written in the caller's transaction."""

    books: Connection
    place: LoadPlace
    load_id: int
    layout: StreamLayout
    policy: StreamPolicy

    def find_new(self, table: TableLayout, stored: Mapping[str, str]) -> dict[str, list[str]]:
        """Columns whose whole value `_extra` would have: name -> path."""
        return {
            name: (table.columns[name].path or name).split(".")
            for name in find_fillable(self.layout, table)
            if name not in stored
        }

    def convert(self, table: TableLayout, name: str, texts: Sequence[str | None]) -> Converted:
        """JSON texts to the column's values; its type in the layout may be wider afterwards."""
        mask, action = self.policy.mask, "keep"
        if mask is not None:
            action = mask.action(self.layout.child_of(table), name)
        kind = table.types[name]
        if action == "drop":
            return Converted(pa.nulls(len(texts), ARROW_TYPES[kind]), {})
        # One document a batch: parsing every value by itself takes several times as long.
        joined = f"[{','.join('null' if text is None else text for text in texts)}]"
        values = json.loads(joined, parse_float=Decimal)
        made = build_column(values, table.columns[name], kind)
        table.types[name] = made.logical_type
        type_name = SQL_TYPES[made.logical_type]
        bad = {
            row: f"`{table.name}.{name}` is {type_name}: {what}. It stays in `_extra`."
            for row, what in made.misfits.items()
        }
        array = mask.hash_column(made.array) if mask and action == "hash" else made.array
        return Converted(array, bad)

    def run_note_unfilled(self, table: TableLayout, values: Sequence[Unfilled]) -> None:
        run_quarantine_misfits(self.books, self.place, self.load_id, self.layout, values)

    def run_note_filled(self, table: TableLayout, name: str, records: int) -> None:
        declaration = build_declaration(table.columns[name])
        place = (table.schema, table.name, name)
        run_note_filled(self.books, place, declaration, records, self.load_id)
