"""What a load cost where its rows went, as the warehouse's client counted it."""

from include.ledger.migrations.step import Migration

COSTS = Migration(
    24,
    (
        "alter table elt_ops.loads add column cost jsonb",
        """
        comment on column elt_ops.loads.cost is
        'BigQuery: jobs, bytes_billed. Snowflake: statements, milliseconds. Null: nothing is billed,
        or the process that knew is gone'
        """,
    ),
)
