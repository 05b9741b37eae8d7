"""The tables that go in and come out; those that are absent on the way in are made, empty."""

from collections.abc import Collection

import duckdb

_RECORD = (
    "record_id varchar, source varchar, name varchar, first_name varchar, last_name varchar,"
    " company_name varchar, email varchar, phone varchar, address_line varchar, city varchar,"
    " region varchar, postal_code varchar, country varchar, birth_date date, domain varchar,"
    " created_at timestamptz, updated_at timestamptz, is_deleted boolean"
)
_PAIR = (
    "left_id varchar, right_id varchar, score double, band varchar, decided_by varchar,"
    " evidence varchar"
)
INPUTS = {
    "records": _RECORD,
    "record_keys": "record_id varchar, key_kind varchar, value varchar",
    "links": "left_record_id varchar, right_record_id varchar, rule varchar",
    "overrides": "left_id varchar, right_id varchar, verdict varchar, who varchar,"
    ' "at" timestamptz, why varchar',
    "known": "record_id varchar, entity_id varchar, content_hash varchar,"
    " first_seen_at timestamptz",
    "known_pairs": _PAIR,
    "known_aliases": "old_id varchar, entity_id varchar",
    "parameters": "trained_at timestamptz, body varchar",
}
OUTPUTS = {
    "resolved": "record_id varchar, entity_id varchar, confidence double, how varchar,"
    " content_hash varchar, first_seen_at timestamptz",
    "pairs": _PAIR,
    "changes": 'change_id varchar, "at" timestamptz, what varchar, entity_id varchar,'
    " other_entity_id varchar, record_id varchar, reason varchar",
    "aliases": "old_id varchar, entity_id varchar",
    "shared_keys": "key_kind varchar, value varchar, records bigint, names bigint,"
    " treatment varchar, reason varchar",
    "new_parameters": "trained_at timestamptz, body varchar",
    "golden": "entity_id varchar, attribute varchar, value varchar, record_id varchar",
    "warnings": "text varchar",
    "unlike": '"at" timestamptz, is_full boolean, evidence varchar, score_below double,'
    " pairs bigint",
}


def prepare_tables(db: duckdb.DuckDBPyConnection, keep: Collection[str] = ()) -> None:
    """Make missing inputs, missing columns of inputs, and all outputs anew.

    A caller's table may lack columns that its sources do not have: they are null.

    Args:
        keep: Outputs that stay as they are.
    """
    present = {row[0] for row in db.execute("select table_name from duckdb_tables()").fetchall()}
    for name, columns in INPUTS.items():
        if name not in present:
            db.execute(f"create table {name} ({columns})")
            continue
        for column in columns.split(","):
            db.execute(f"alter table {name} add column if not exists {column.strip()}")
    for name, columns in OUTPUTS.items():
        if name in keep:
            continue
        db.execute(f"create or replace table {name} ({columns})")
