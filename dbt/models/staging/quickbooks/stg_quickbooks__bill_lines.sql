with source as (
    select * from {{ source('quickbooks', 'bills__lines') }}
),

renamed as (
    select
        -- ids
        _parent_id as bill_id,
        _position as line_position,
        id as line_id,
        account_id,
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
-- generated from connector.yaml 9ae567d42559; edit freely, edited files are kept
