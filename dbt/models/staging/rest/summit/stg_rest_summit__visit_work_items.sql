with source as (
    select * from {{ source('rest_summit', 'visits__work_items') }}
),

renamed as (
    select
        -- ids
        _parent_id as visit_id,
        _position as line_position,
        -- text
        description,
        price_currency,
        -- numbers
        minutes,
        price_amount,
        -- lineage
        _feed,
        _load_id,
        _loaded_at
    from source
)

select * from renamed
-- generated from connector.yaml a02fabaacc6f; edit freely, edited files are kept
