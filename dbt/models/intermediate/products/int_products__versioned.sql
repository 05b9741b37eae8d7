-- Versions of a product: at every instant at which one of its records changed, what survives of all
-- of them. Columns that mean something only together come from one record; macro group_ranks.
{% set groups = [
    ('name', 'title', ['sku', 'product_name', 'brand']),
    ('category', 'category', ['category']),
    ('price', 'price', ['currency_code', 'list_price', 'unit_cost']),
] %}

with bounded as (
    select * from {{ ref('int_products__bounded') }}
),

resolved as (
    select * from {{ ref('int_products__resolved') }}
),

chosen as (
    {{ chosen_records('products', groups) }}
),

members as (
    select
        bounded.*,
        coalesce(resolved.product_id, bounded.product_id) as entity_id
    from bounded
    left join resolved on bounded.product_id = resolved.record_id
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
        {{ group_ranks(groups, 'product_id') }}
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
        max(case when name_rank = 1 then product_id end) as record_id,
        max(case when name_rank = 1 then source_connector end) as source_connector,
        max(case when name_rank = 1 then source_record_id end) as source_record_id,
        max(case when name_rank = 1 then _feed end) as _feed,
        max(case when name_rank = 1 then _load_id end) as _load_id,
        count(*) as records_count,
        count(distinct source_connector) as sources_count,
        min(created_at) as created_at,
        max(case when is_active then 1 when not is_active then 0 end) = 1 as is_active,
        min(case when is_deleted then 1 else 0 end) = 1 as is_deleted
    from ranked
    group by entity_id, moment_at
),

marked as (
    select
        *,
        {{ group_hash(groups, ['is_deleted', 'is_active']) }} as content_hash
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
