"""Other scripts than Latin in Latin letters, each spelling once."""

import duckdb
import pyarrow as pa
from anyascii import anyascii


def romanise(db: duckdb.DuckDBPyConnection, table: str, columns: tuple[str, ...]) -> None:
    """Replace what is not ASCII in folded `columns`; a name of emoji alone becomes null."""
    for column in columns:
        rows = db.execute(
            f"select distinct {column} from {table}"
            f" where regexp_matches({column}, '[^\\x00-\\x7f]')"
        ).fetchall()
        if not rows:
            continue
        raws = [row[0] for row in rows]
        found = pa.table({"raw": raws, "ascii": pa.array([_ascii(raw) for raw in raws], "string")})
        db.register("incoming", found)
        db.execute(f"update {table} set {column} = ascii from incoming where {column} = raw")
        db.unregister("incoming")


def _ascii(text: str) -> str | None:
    letters = "".join(one for one in text if one.isalnum() or one.isascii())
    return anyascii(letters).lower().strip() or None
