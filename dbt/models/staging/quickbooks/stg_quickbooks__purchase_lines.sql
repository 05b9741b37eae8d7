with source as (
    select * from {{ source('quickbooks', 'purchases__lines') }}
),

renamed as (
    select
        -- ids
        _parent_id as purchase_id,
        _position as line_position,
        id as line_id,
        account_id,
        class_id,
        item_id,
        -- text
        detail_type,
        description,
        -- numbers
        amount,
        quantity,
        -- lineage
        _feed,
        _load_id,
        _loaded_at
    from source
)

select * from renamed
