"""Which pairs are scored: counted first, refused when they are too many, then listed."""

import duckdb

from include.core.errors import ConfigError
from include.identity.features import run_sql
from include.identity.settings import IdentitySettings


def build_candidates(
    db: duckdb.DuckDBPyConnection, is_full: bool, settings: IdentitySettings
) -> int:
    """Leave `wanted(lpid, rpid)`; the number of pairs counted before they are made.

    Raises:
        ConfigError: more than `max_pairs`; nothing was scored.
    """
    db.execute("set variable is_full = ?", [is_full])
    run_sql(db, "candidates")
    counted = db.execute(
        "select coalesce(sum(fresh * (size - fresh) + fresh * (fresh - 1) // 2), 0)"
        " from block_sizes"
    ).fetchall()[0][0]
    if counted > settings.max_pairs:
        raise ConfigError(
            f"identity would score `{counted}` pairs of records. At most {settings.max_pairs} were"
            " expected. Lower `max_block`, or raise `max_pairs` where the time is there."
        )
    run_sql(db, "pairs_wanted")
    return int(counted)
