-- Versions of a person: at every instant at which one of its records changed, what survives of all
-- of them. Columns that mean something only together come from one record; macro group_ranks.
{% set groups = [
    ('name', 'name', ['customer_name', 'first_name', 'last_name']),
    ('company', 'company_name', ['company_name']),
    ('email', 'email', ['email']),
    ('phone', 'phone', ['phone']),
    ('address', 'address_line', ['address_line', 'city', 'region', 'postal_code', 'country']),
] %}

with bounded as (
    select * from {{ ref('int_customers__bounded') }}
),

resolved as (
    select * from {{ ref('int_customers__resolved') }}
),

chosen as (
    {{ chosen_records('people', groups) }}
),

members as (
    select
        bounded.*,
        coalesce(resolved.customer_id, bounded.customer_id) as entity_id
    from bounded
    left join resolved on bounded.customer_id = resolved.record_id
),

moments as (
    select distinct
        entity_id,
        effective_from_at as moment_at
    from members
),

ranked as (
    select
        members.*,
        moments.moment_at,
        {{ group_ranks(groups, 'customer_id') }}
    from moments
    inner join members
        on
            moments.entity_id = members.entity_id
            and {{ as_of('members', 'moments.moment_at') }}
    left join chosen on moments.entity_id = chosen.entity_id
),

merged as (
    select
        entity_id,
        moment_at,
        {{ group_columns(groups) }},
        max(case when name_rank = 1 then customer_id end) as record_id,
        max(case when name_rank = 1 then source_connector end) as source_connector,
        max(case when name_rank = 1 then source_record_id end) as source_record_id,
        max(case when name_rank = 1 then _feed end) as _feed,
        max(case when name_rank = 1 then _load_id end) as _load_id,
        count(*) as records_count,
        count(distinct source_connector) as sources_count,
        min(created_at) as created_at,
        max(case when is_contact then 0 else 1 end) = 1 as is_customer,
        min(case when is_deleted then 1 else 0 end) = 1 as is_deleted
    from ranked
    group by entity_id, moment_at
),

marked as (
    select
        *,
        {{ group_hash(groups, ['is_deleted']) }} as content_hash
    from merged
),

compared as (
    select
        *,
        lag(content_hash) over (partition by entity_id order by moment_at) as hash_before
    from marked
),

-- What changed in a record and does not survive makes no version.
changed as (
    select * from compared
    where hash_before is null or hash_before <> content_hash
),

final as (
    select
        *,
        moment_at as effective_from_at,
        row_number() over (partition by entity_id order by moment_at) as version_number,
        lead(moment_at) over (partition by entity_id order by moment_at) is null as is_current,
        coalesce(
            lead(moment_at) over (partition by entity_id order by moment_at),
            {{ instant('9999-12-31') }}
        ) as effective_to_at
    from changed
)

select * from final
