"""Primary keys that changed at the source."""

from include.ledger.migrations.step import Migration

KEYS = Migration(
    13,
    (
        "alter table elt_ops.schema_changes drop constraint schema_changes_change_check",
        """
        alter table elt_ops.schema_changes add constraint schema_changes_change_check
        check (change in ('added', 'widened', 'unknown_field', 'vanished_field',
            'discarded_field', 'not_filled', 'rekeyed'))
        """,
    ),
)
