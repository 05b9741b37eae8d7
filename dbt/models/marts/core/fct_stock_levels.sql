-- What lies where, as each source last said: no source's number is changed by another's.
with levels as (
    select * from {{ ref('int_stock_levels__unioned') }}
),

resolved as (
    select * from {{ ref('int_products__resolved') }}
),

families as (
    select
        entity_id as product_id,
        value as family_id
    from {{ source('identity', 'attributes') }}
    where kind = 'products' and attribute = 'family'
),

products as (
    select * from {{ ref('dim_products') }}
    where is_current
),

placed as (
    select
        levels.*,
        coalesce(resolved.product_id, levels.product_id) as entity_id
    from levels
    left join resolved on levels.product_id = resolved.record_id
),

final as (
    select
        placed.stock_level_id,
        placed.entity_id as product_id,
        placed.product_id as record_id,
        placed.source_connector,
        placed.location_id,
        placed.location_name,
        placed.on_hand_quantity,
        placed.available_quantity,
        placed.counted_at,
        placed.is_deleted,
        placed._feed,
        placed._load_id,
        coalesce(families.family_id, placed.entity_id) as family_id,
        {{ member_or_unknown('products.product_sk') }} as product_sk,
        {{ date_key(local_date('placed.counted_at')) }} as date_key
    from placed
    left join families on placed.entity_id = families.product_id
    left join products on placed.entity_id = products.product_id
)

select * from final
