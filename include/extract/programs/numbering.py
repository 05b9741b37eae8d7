"""A key for records that have none.

The key is the hash of the record's content and how many equal records came before it in this read:
two equal lines of a till stay two rows, and reading them again finds both unchanged. Counting is
done by an SQLite database in a temporary file, so that memory stays bounded.
"""

import hashlib
import sqlite3
from typing import Any

import orjson

CACHE_KIB = 65_536
# When a record was fetched is not what it says.
_FETCH_FIELDS = frozenset(
    {"_sdc_extracted_at", "_sdc_received_at", "_sdc_batched_at", "_sdc_sequence",
     "_sdc_table_version", "_sdc_sync_started_at"}
)  # fmt: skip


class Numbering:
    """Hash and number of each record of one read."""

    def __init__(self, hash_field: str, number_field: str) -> None:
        self._hash_field = hash_field
        self._number_field = number_field
        self._seen = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._seen.execute("pragma journal_mode = off")
        self._seen.execute(f"pragma cache_size = -{CACHE_KIB}")
        self._seen.execute("create table seen (h blob primary key, n int) without rowid")

    def put(self, record: dict[str, Any]) -> None:
        """Add both fields to the record."""
        said = {name: value for name, value in record.items() if name not in _FETCH_FIELDS}
        text = orjson.dumps(said, str, orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS)
        digest = hashlib.blake2b(text, digest_size=16).digest()
        row = self._seen.execute(
            "insert into seen values (?, 0) on conflict (h) do update set n = n + 1 returning n",
            (digest,),
        ).fetchone()
        record[self._hash_field] = digest.hex()
        record[self._number_field] = row[0]

    def close(self) -> None:
        self._seen.close()
