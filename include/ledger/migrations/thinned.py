"""A night of retention looks at some days by their time, not at all that is kept."""

from include.ledger.migrations.step import Migration

THINNED = Migration(
    26,
    (
        "create index scores_scored on elt_ops.scores (scored_at)",
        """
        comment on column elt_ops.loads.window_start is
        'From when on was read. After some days one quiet load of a day stands for all of them:
        what they read is added to it, and this is the first one''s'
        """,
    ),
)
