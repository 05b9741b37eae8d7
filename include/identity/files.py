"""One run of the engine on files: CSV files of a folder in, CSV files of the same folder out.

    <folder>/in/<table>.csv    with a header line; see `tables.INPUTS`
    <folder>/out/<table>.csv   without one, columns in the order asked for

The folder is the caller's: private, and removed with everything in it. The database lies in there,
too, so that a large tenant's run may spill to disk.
"""

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from include.core.errors import TransformError
from include.identity.days.day import run_resolve_people
from include.identity.resolve import run_resolve
from include.identity.settings import IdentitySettings, Kind, ResolveSummary
from include.identity.tables import INPUTS

# Errors whose message quotes values of rows.
_QUOTES_ROWS = (
    duckdb.ConversionException,
    duckdb.InvalidInputException,
    duckdb.ConstraintException,
)
# Of these a day's run leaves the rows of its area alone.
IN_AREA = ("resolved", "pairs", "golden")
_LONGEST_LINE = 64 * 1024 * 1024


@dataclass(frozen=True)
class KeptBase:
    """A database that stays from run to run, of people.

    Attributes:
        is_synced: It holds the last answer, so no `known` tables lie in `in`.
    """

    path: Path
    is_synced: bool


def run_resolve_files(
    folder: Path,
    kind: Kind,
    settings: IdentitySettings,
    wanted: Mapping[str, Sequence[str]],
    kept: KeptBase | None = None,
) -> ResolveSummary:
    """Resolve what lies in `in`, leave what is wanted in `out`.

    After a day's run on a kept base `out` also has `area.csv` and `entities.csv`, the ids of the
    records and entities that were looked at; `resolved`, `pairs` and `golden` hold theirs alone.

    Args:
        wanted: Table the engine leaves -> its columns.
        kept: Where the database is to stay; None: it goes with the folder.

    Raises:
        TransformError: The engine broke; no row contents.
        ConfigError: See `run_resolve`.
    """
    out = folder / "out"
    out.mkdir(exist_ok=True)
    try:
        with duckdb.connect(str(kept.path if kept else folder / f"{kind}.duckdb")) as db:
            db.execute("set TimeZone = 'UTC'")
            for path in sorted((folder / "in").glob("*.csv")):
                _read_table(db, path)
            if kept:
                summary = run_resolve_people(db, settings, is_synced=kept.is_synced)
            else:
                summary = run_resolve(db, kind, settings)
            is_day = kept is not None and _has_area(db)
            for table, columns in wanted.items():
                source = f"area_{table}" if is_day and table in IN_AREA else table
                _write_table(db, source, columns, out / f"{table}.csv")
            if is_day:
                _write_table(db, "area", ("record_id",), out / "area.csv")
                _write_table(db, "area_entities", ("entity_id",), out / "entities.csv")
            for table in (*INPUTS, "said_now") if kept else ():
                db.execute(f"drop table if exists {table}")
    except duckdb.Error as error:
        raise build_engine_error(kind, error) from None
    return summary


def _has_area(db: duckdb.DuckDBPyConnection) -> bool:
    found = "select count(*) > 0 from duckdb_tables() where table_name = 'area'"
    return bool(db.execute(found).fetchall()[0][0])


def build_engine_error(kind: str, error: duckdb.Error) -> TransformError:
    """The error without the values a database may quote."""
    words = "" if isinstance(error, _QUOTES_ROWS) else str(error).strip().partition("\n")[0]
    shown = f": {words[:300]}" if words else ""
    return TransformError(
        f"identity of {kind} stopped with `{type(error).__name__}`{shown}. The answer of the run "
        "before stays, and the next run tries again."
    )


def _read_table(db: duckdb.DuckDBPyConnection, path: Path) -> None:
    """A table of the file's name with the columns its header names."""
    types = dict(re.findall(r'"?(\w+)"? (\w+)', INPUTS[path.stem]))
    with path.open(encoding="utf-8", newline="") as file:
        header = next(csv.reader(file))
    columns = ", ".join(f"'{name}': '{types.get(name, 'varchar')}'" for name in header)
    db.execute(
        f"create or replace table {path.stem} as select * from read_csv(?, header = true, "
        f"auto_detect = false, delim = ',', quote = '\"', escape = '\"', nullstr = '', "
        f"allow_quoted_nulls = false, max_line_size = {_LONGEST_LINE}, columns = {{{columns}}})",
        [str(path)],
    )


def _write_table(
    db: duckdb.DuckDBPyConnection, table: str, columns: Sequence[str], path: Path
) -> None:
    names = ", ".join(f'"{name}"' for name in columns)
    db.execute(
        f"copy (select {names} from {table}) to '{path}' (format csv, header false, nullstr '')"
    )
