"""The newest of one tenant's loads, records and scores, without a walk through everybody's."""

from include.ledger.migrations.step import Migration

NEWEST = Migration(
    25,
    tuple(
        f"create index {table}_newest on elt_ops.{table} (tenant, {key} desc)"
        for table, key in (
            ("loads", "load_id"),
            ("quarantine", "quarantine_id"),
            ("schema_changes", "change_id"),
            ("scores", "score_id"),
        )
    ),
)
