"""What a tenant's own login may see of the books: its own loads."""

from include.ledger.migrations.step import Migration

OWN_LOADS = Migration(
    14,
    (
        """
        create view elt_ops.own_loads with (security_barrier) as
        select
            load_id, tenant, feed, stream, state, finished_at
        from elt_ops.loads
        where
            current_user = 'elt_' || tenant
            or current_user = (
                select pg_get_userbyid(relowner) from pg_class
                where oid = 'elt_ops.loads'::regclass
            )
        """,
        """
        comment on view elt_ops.own_loads is
        'Loads of the tenant that is logged in; all of them for the platform'
        """,
        "grant usage on schema elt_ops to public",
        "grant select on elt_ops.own_loads to public",
    ),
)
