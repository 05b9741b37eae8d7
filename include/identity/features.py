"""From records as sources spell them to what is compared: `features`, `all_keys`."""

from pathlib import Path

import duckdb

from include.identity.normalise.domains import build_domains
from include.identity.normalise.lookups import load_lookups
from include.identity.normalise.phones import build_phones
from include.identity.normalise.scripts import romanise
from include.identity.settings import IdentitySettings

SQL = Path(__file__).parent / "sql"
_TEXTS = ("name", "first_name", "last_name", "company", "address_line", "city", "region")


def run_sql(db: duckdb.DuckDBPyConnection, name: str) -> None:
    """Run one file of `sql/`."""
    db.execute((SQL / f"{name}.sql").read_text())


def build_features(db: duckdb.DuckDBPyConnection, kind: str, settings: IdentitySettings) -> None:
    """Leave `features` (one row a record), `all_keys` (record_id, kind, value) and the macros."""
    for name in ("texts", "emails", "addresses", "names"):
        run_sql(db, f"macros/{name}")
    load_lookups(db)
    db.execute("set variable region = ?", [settings.region])
    run_sql(db, "folded")
    romanise(db, "folded", _TEXTS)
    run_sql(db, "keys")
    build_phones(db, settings.region)
    run_sql(db, "keys_read")
    if kind == "companies":
        run_sql(db, "companies/domain_texts")
        build_domains(db)
        run_sql(db, "companies/domain_keys")
    run_sql(db, f"{kind}/features")
