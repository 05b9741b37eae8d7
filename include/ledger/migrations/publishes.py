"""Marts that are built beside the published ones, and what people are told meanwhile."""

from include.ledger.migrations.step import Migration

PUBLISHES = Migration(
    21,
    (
        """
        create table elt_ops.mart_states (
            tenant text primary key,
            state text not null check (
                state in ('building', 'partly', 'built', 'failed', 'refused', 'published')
            ),
            reason text,
            changed_at timestamptz not null default clock_timestamp(),
            built_at timestamptz,
            published_at timestamptz,
            as_of timestamptz,
            tables integer
        )
        """,
        """
        comment on table elt_ops.mart_states is
        'One row a tenant: whether what was built last is what people read, and why it is not'
        """,
        """
        create or replace view elt_ops.data_status with (security_barrier) as
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
        ), marts as (
            select
                coalesce(builds.tenant, states.tenant) as tenant,
                'marts' as subject,
                case when states.tenant is null then builds.built_at else states.as_of end as as_of,
                states.reason,
                states.published_at
            from elt_ops.dbt_builds as builds
            full join elt_ops.mart_states as states on builds.tenant = states.tenant
        ), current_as as (
            select tenant, subject, as_of, null as reason, null::timestamptz as published_at
            from loaded
            union all
            select tenant, subject, as_of, reason, published_at from marts
        ), subjects as (
            select tenant, subject from scored
            union
            select tenant, subject from marts where reason is not null
        )
        select
            subjects.tenant,
            subjects.subject,
            current_as.as_of,
            scored.score,
            scored.scored_at,
            coalesce(open_checks.open_problems, 0) as open_problems,
            open_checks.problems,
            case
                when subjects.subject <> 'marts' then null
                when current_as.reason is not null then current_as.reason
                when current_as.as_of is null
                    then 'The last build did not end well: some tables are older than others.'
            end as stale_because,
            current_as.published_at
        from subjects
        left join scored using (tenant, subject)
        left join current_as using (tenant, subject)
        left join open_checks using (tenant, subject)
        where
            current_user in ('elt_' || subjects.tenant, 'elt_' || subjects.tenant || '_bi')
            or current_user = (
                select pg_get_userbyid(relowner) from pg_class
                where oid = 'elt_ops.scores'::regclass
            )
        """,
    ),
)
