with source as (
    select * from {{ source('quickbooks', 'payment_methods') }}
),

renamed as (
    select
        -- ids
        id as payment_method_id,
        -- text
        sync_token,
        name,
        payment_method_type,
        -- times
        created_at,
        updated_at,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        coalesce(is_active, false) as is_active,
        _deleted_at is not null as is_deleted
    from source
)

select * from renamed
