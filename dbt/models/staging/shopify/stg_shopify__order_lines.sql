with source as (
    select * from {{ source('shopify', 'orders__line_items') }}
),

renamed as (
    select
        -- ids
        id as line_item_id,
        _parent_id as order_id,
        product_id,
        variant_id,
        -- text
        sku,
        name as line_item_name,
        vendor,
        -- numbers
        quantity,
        current_quantity,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        cast(original_unit_amount as {{ type_of('price') }}) as original_unit_price,
        cast(discounted_unit_amount as {{ type_of('price') }}) as discounted_unit_price,
        cast(original_total_amount as {{ type_of('amount') }}) as original_total_amount,
        cast(discounted_total_amount as {{ type_of('amount') }}) as discounted_total_amount,
        cast(total_discount_amount as {{ type_of('amount') }}) as discount_amount,
        cast(allocated_discount_amount as {{ type_of('amount') }}) as allocated_discount_amount,
        cast(tax_amount as {{ type_of('amount') }}) as tax_amount,
        coalesce(is_gift_card, false) as is_gift_card
    from source
)

select * from renamed
