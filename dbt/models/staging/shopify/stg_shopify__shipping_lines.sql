with source as (
    select * from {{ source('shopify', 'orders__shipping_lines') }}
),

renamed as (
    select
        -- ids
        _parent_id as order_id,
        _position as shipping_line_position,
        id as shipping_line_id,
        -- text
        title,
        code,
        source,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        cast(original_amount as {{ type_of('amount') }}) as original_amount,
        cast(coalesce(discounted_amount, original_amount) as {{ type_of('amount') }})
            as charged_amount,
        cast(tax_amount as {{ type_of('amount') }}) as tax_amount,
        coalesce(is_removed, false) as is_removed
    from source
)

select * from renamed
