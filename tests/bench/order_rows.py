"""Order-like rows for benchmarks: 13 typed columns, deterministic, made column-wise and fast."""

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from include.config.connector_spec import Stream
from include.load.arrow_alone import run_prepare_arrow

BATCH = 50_000
COLUMNS = {
    "id": "bigint",
    "customer_id": "bigint",
    "status": "text",
    "email": "text",
    "total_amount": "numeric",
    "tax_amount": "numeric",
    "currency_code": "text",
    "is_paid": "bool",
    "item_count": "int",
    "created_at": "timestamp",
    "updated_at": "timestamp",
    "ordered_on": "date",
    "note": "text",
}
STREAM = Stream.model_validate({"primary_key": ["id"], "version": "updated_at", "columns": COLUMNS})
START = 1_700_000_000_000_000  # microseconds
# As `run_stream_load` does before a source makes its first array.
run_prepare_arrow()
STATUSES = pa.array(["paid", "open", "refunded"])


def build_batches(rows: int, generation: int = 0) -> Iterator[Any]:
    """Record batches of `BATCH` rows; another generation changes amount, version and note."""
    for first in range(0, rows, BATCH):
        yield _build_batch(first, min(BATCH, rows - first), generation)


def _build_batch(first: int, size: int, generation: int) -> Any:
    ids = pa.array(range(first, first + size), pa.int64())
    scattered = pc.bit_wise_xor(pc.multiply(ids, 2_654_435_761), 0x5BD1E995)
    mixed = pc.bit_wise_and(scattered, 0xFFFFF)
    cents = pc.cast(pc.add(mixed, generation), pa.decimal128(38, 2))
    created = pc.add(pc.multiply(mixed, 7_000_000), START)
    changed = pc.add(created, generation * 1_000_000)
    text = pc.cast(mixed, pa.string())
    note = ["plain note ", ', "quoted"'] if generation == 0 else ["changed note ", ', "again"']
    return pa.record_batch(
        {
            "id": ids,
            "customer_id": pc.bit_wise_and(mixed, 0xFFFF),
            "status": STATUSES.take(pc.bit_wise_and(mixed, 1)),
            "email": pc.binary_join_element_wise("user", text, "@example.com", ""),
            "total_amount": cents,
            "tax_amount": cents,
            "currency_code": pa.array(["USD"] * size),
            "is_paid": pc.equal(pc.bit_wise_and(mixed, 1), 1),
            "item_count": pc.cast(pc.bit_wise_and(mixed, 7), pa.int32()),
            "created_at": created.cast(pa.timestamp("us")).cast(pa.timestamp("us", "UTC")),
            "updated_at": changed.cast(pa.timestamp("us")).cast(pa.timestamp("us", "UTC")),
            "ordered_on": pc.cast(
                pc.add(pc.bit_wise_and(mixed, 0x3FF), 19_000).cast(pa.int32()), pa.date32()
            ),
            "note": pc.binary_join_element_wise(note[0], text, note[1], ""),
        }
    )
