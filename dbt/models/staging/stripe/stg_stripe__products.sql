with source as (
    select * from {{ source('stripe', 'products') }}
),

renamed as (
    select
        -- ids
        id as product_id,
        default_price as default_price_id,
        -- text
        name as product_name,
        description as product_description,
        type as product_type,
        metadata,
        -- times
        created as created_at,
        updated as updated_at,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        {{ json_text('metadata', 'sku') }} as sku,
        coalesce(active, false) as is_active,
        coalesce(livemode, true) as is_live,
        _deleted_at is not null as is_deleted
    from source
)

select * from renamed
