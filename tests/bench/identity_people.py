"""Made-up people for the bench of identity, drawn in SQL from hashes: the same on every machine.

Six tenths as many people as records; later records of a person lose or misspell fields: an email in
two of three, a phone in two of three, a slip in a sixth of the names.
"""

from pathlib import Path

import duckdb

_SQL = Path(__file__).with_suffix(".sql")


def add_people(db: duckdb.DuckDBPyConnection, start: int, stop: int, people: int) -> None:
    """Insert records `start` to `stop` of a world of so many people into `records`."""
    for name, value in (("start", start), ("stop", stop), ("people", people)):
        db.execute(f"set variable {name} = {value}")
    db.execute(_SQL.read_text())
