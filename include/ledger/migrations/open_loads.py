"""Loads that another database commits: prepared here, entered in the books once that is known."""

from include.ledger.migrations.step import Migration

OPEN_LOADS = Migration(
    12,
    (
        """
        create table elt_ops.open_loads (
            load_id bigint primary key,
            tenant text not null,
            feed text not null,
            stream text not null,
            schema_name text not null,
            table_name text not null,
            entry text not null,
            opened_at timestamptz not null default clock_timestamp()
        )
        """,
        """
        comment on table elt_ops.open_loads is
        'Loads of destinations with transactions of their own whose outcome the books do not have'
        """,
        "create index open_loads_table on elt_ops.open_loads (schema_name, table_name)",
        """
        create table elt_ops.open_rejects (
            load_id bigint not null references elt_ops.open_loads on delete cascade,
            tenant text not null,
            fingerprint text not null,
            record_key text not null,
            reason text not null,
            detail text not null,
            payload text not null,
            key_values text,
            form text not null
        )
        """,
        "create index open_rejects_load on elt_ops.open_rejects (load_id)",
    ),
)
