"""What a vendor says it has, beside what a load has read of it."""

from include.ledger.migrations.step import Migration

VENDOR_COUNTS = Migration(
    23,
    (
        """
        alter table elt_ops.loads
        add column vendor_count bigint,
        add column vendor_read bigint
        """,
        """
        comment on column elt_ops.loads.vendor_count is
        'Records the vendor itself counts in the window, asked after the read; null: not asked'
        """,
        """
        comment on column elt_ops.loads.vendor_read is
        'Records the whole read of that window has brought, all of its parts together'
        """,
    ),
)
