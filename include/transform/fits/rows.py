"""Rows a fit has made, as the table it writes."""

from collections.abc import Iterable, Mapping

import pyarrow as pa

from include.transform.fits.model import FitTable, Kind

ARROW: dict[Kind, pa.DataType] = {
    "text": pa.string(),
    "date": pa.date32(),
    "bigint": pa.int64(),
    "double": pa.float64(),
    "boolean": pa.bool_(),
}


def build_rows(table: FitTable, rows: Iterable[Mapping[str, object]]) -> pa.Table:
    """These rows with the table's columns and kinds; a column that a row leaves out is null."""
    fields = [pa.field(name, ARROW[kind]) for name, kind in table.columns.items()]
    return pa.Table.from_pylist(list(rows), schema=pa.schema(fields))
