"""What a tenant and its readers may see of how far the numbers can be trusted."""

from include.ledger.migrations.step import Migration

DATA_STATUS = Migration(
    19,
    (
        """
        create view elt_ops.data_status with (security_barrier) as
        with newest as (
            select distinct on (tenant, layer, feed, stream, check_name)
                tenant, layer, feed, stream, check_name, state, severity, message, checked_at
            from elt_ops.check_results
            order by tenant, layer, feed, stream, check_name, checked_at desc, result_id desc
        ), open_checks as (
            select
                tenant,
                coalesce(feed, 'marts') as subject,
                count(*) as open_problems,
                string_agg(
                    concat_ws('.', stream, check_name) || ': ' || message, E'\\n'
                    order by severity, stream, check_name
                ) as problems
            from newest
            where state in ('failed', 'broken')
            group by tenant, coalesce(feed, 'marts')
        ), scored as (
            select distinct on (tenant, feed)
                tenant, coalesce(feed, 'marts') as subject, score, scored_at
            from elt_ops.scores
            where stream is null
            order by tenant, feed, scored_at desc, score_id desc
        ), loaded as (
            select tenant, feed as subject, max(finished_at) as as_of
            from elt_ops.loads
            where state = 'loaded' and is_last and kind <> 'backfill'
            group by tenant, feed
        ), current_as as (
            select tenant, subject, as_of from loaded
            union all
            select tenant, 'marts', built_at from elt_ops.dbt_builds
        )
        select
            scored.tenant,
            scored.subject,
            current_as.as_of,
            scored.score,
            scored.scored_at,
            coalesce(open_checks.open_problems, 0) as open_problems,
            open_checks.problems,
            case
                when scored.subject = 'marts' and current_as.as_of is null
                    then 'The last build did not end well: some tables are older than others.'
            end as stale_because
        from scored
        left join current_as using (tenant, subject)
        left join open_checks using (tenant, subject)
        where
            current_user in ('elt_' || scored.tenant, 'elt_' || scored.tenant || '_bi')
            or current_user = (
                select pg_get_userbyid(relowner) from pg_class
                where oid = 'elt_ops.scores'::regclass
            )
        """,
        """
        comment on view elt_ops.data_status is
        'One row for each feed and for the marts of the tenant that is logged in, by its own login
        or its readers'': as of when, which score, what is open; all tenants for the platform'
        """,
        "grant select on elt_ops.data_status to public",
    ),
)
