with source as (
    select * from {{ source('shopify', 'orders__tax_lines') }}
),

renamed as (
    select
        -- ids
        _parent_id as order_id,
        _position as tax_line_position,
        -- text
        title as tax_name,
        source,
        -- numbers
        rate as tax_share,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        cast(amount as {{ type_of('amount') }}) as tax_amount,
        coalesce(is_channel_liable, false) as is_channel_liable
    from source
)

select * from renamed
