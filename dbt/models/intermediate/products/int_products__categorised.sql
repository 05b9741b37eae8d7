-- Live products with a category of their source, by family: a variant and its whole count once.
with records as (
    select * from {{ ref('int_products__unioned') }}
    where category is not null and not coalesce(is_deleted, false)
),

resolved as (
    select * from {{ ref('int_products__resolved') }}
),

families as (
    select
        entity_id,
        value as family_id
    from {{ source('identity', 'attributes') }}
    where kind = 'products' and attribute = 'family'
),

final as (
    select distinct
        records.source_connector,
        records._feed,
        records.category,
        coalesce(families.family_id, resolved.product_id, records.product_id) as family_id
    from records
    left join resolved on records.product_id = resolved.record_id
    left join families on resolved.product_id = families.entity_id
)

select * from final
