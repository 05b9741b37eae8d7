"""Row security: a session that is told which tenants it is for sees no row of another.

Only roles that own nothing here are walled: loads, checks and alerts run as the owner. A session
that is told nothing sees nothing. A later table with a tenant's rows adds `build_wall` of itself.
"""

from include.ledger.migrations.step import Migration

WALLED = (
    *("alert_deliveries", "alert_notes", "alerts", "backfills", "check_mutes", "check_results"),
    *("checkpoints", "consents", "console_audit", "cursor_changes", "cursors", "daily_metrics"),
    *("dbt_builds", "erasure_salts", "erasures", "feeds", "files", "inbox", "loads"),
    *("mart_states", "oauth_tokens", "open_loads", "open_rejects", "quarantine"),
    *("schema_changes", "scores", "service_tokens", "source_jobs", "source_names", "tenants"),
)


def build_wall(table: str) -> tuple[str, str]:
    """Statements after which a walled session finds its own tenants' rows in the table alone."""
    return (
        f"alter table elt_ops.{table} enable row level security",
        # `= any` of one array is looked up in the indexes that begin with the tenant.
        f"create policy own_tenants on elt_ops.{table} using "
        "(tenant = any(string_to_array(current_setting('elt.tenants', true), ',')))",
    )


TENANT_WALLS = Migration(
    27,
    (
        *(statement for table in WALLED for statement in build_wall(table)),
        "alter table elt_ops.backfill_chunks enable row level security",
        # The policy reads `backfills` as whoever asks: what is walled there is walled here.
        """
        create policy own_tenants on elt_ops.backfill_chunks using (
            exists (
                select from elt_ops.backfills as b
                where b.backfill_id = backfill_chunks.backfill_id
            )
        )
        """,
    ),
)
