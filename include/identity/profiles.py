"""Records spelled alike are one profile: what is compared, scored and remembered is profiles."""

import duckdb

from include.identity.features import run_sql
from include.identity.model import Model
from include.identity.settings import IdentitySettings


def build_spread(db: duckdb.DuckDBPyConnection, kind: str, settings: IdentitySettings) -> None:
    """Count what only all records together tell, from `features` and `all_keys`.

    Leaves `key_treatment`, how rare words are, `usable_links`, and fills `shared_keys`.
    """
    db.execute("set variable max_names = ?", [settings.max_names])
    db.execute("set variable max_cluster = ?", [settings.max_cluster])
    run_sql(db, "shared_keys")
    run_sql(db, f"{kind}/rarity")
    run_sql(db, "links")


def build_profiles(db: duckdb.DuckDBPyConnection, kind: str) -> None:
    """Leave `profile_of(record_id, pid)` and `profiles(pid, rep, n, content, ...)`.

    `rep` is the first record id; the number `pid` follows the content, not the order of input.
    """
    run_sql(db, "profiles")
    columns = [row[0] for row in db.execute("describe keyed").fetchall() if row[0] != "record_id"]
    told = ", ".join(f"coalesce({column}::varchar, '~')" for column in columns)
    db.execute(
        "create or replace temp table hashed as"
        f" select record_id, md5(concat_ws('|', {told})) as content from keyed"
    )
    db.execute(
        "create or replace temp table profile_reps as"
        " select row_number() over (order by content)::integer as pid, content,"
        " min(record_id) as rep, count(*) as n from hashed group by content"
    )
    db.execute(
        "create or replace temp table profile_of as"
        " select record_id, pid from hashed inner join profile_reps using (content)"
    )
    run_sql(db, f"{kind}/profiles")


def build_all_blocks(db: duckdb.DuckDBPyConnection, model: Model) -> None:
    """Leave `all_blocks(pid, block)`."""
    keys = " union all ".join(
        f"select pid, hash({text}) as block from profiles where {text} is not null"
        for text in model.blocks
    )
    db.execute(
        "create or replace temp table all_blocks as select distinct pid, block from ("
        f"{keys} union all select pid, hash(key) from"
        " (select pid, unnest(keys) as key from profiles where keys is not null))"
    )


def build_wide_blocks(db: duckdb.DuckDBPyConnection, settings: IdentitySettings) -> None:
    """Leave `wide_blocks(block)`: what too many profiles have in common to compare them all."""
    db.execute("set variable max_block = ?", [settings.max_block])
    run_sql(db, "wide_blocks")


def build_blocks(db: duckdb.DuckDBPyConnection) -> None:
    """Leave `blocks(pid, block)` without wide ones, and `profile_hashes(pid, content_hash)`.

    A block that grows past its limit changes the hash of everybody in it, so that their remembered
    pairs are not taken for complete.
    """
    run_sql(db, "blocks")
