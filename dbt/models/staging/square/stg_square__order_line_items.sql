with source as (
    select * from {{ source('square', 'orders__line_items') }}
),

renamed as (
    select
        -- ids
        _parent_id as order_id,
        _position as line_position,
        uid as line_uid,
        catalog_object_id as variation_id,
        -- text
        name as item_name,
        variation_name,
        item_type,
        note as line_note,
        currency as currency_code,
        modifiers,
        -- numbers
        catalog_version,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        cast(quantity as {{ type_of('quantity') }}) as quantity,
        {{ minor_to_major('base_price_amount', 'currency', 'price') }} as base_price,
        {{ minor_to_major('gross_sales_amount', 'currency') }} as gross_sales_amount,
        {{ minor_to_major('coalesce(total_discount_amount, 0)', 'currency') }} as discount_amount,
        {{ minor_to_major('coalesce(total_tax_amount, 0)', 'currency') }} as tax_amount,
        {{ minor_to_major('coalesce(total_service_charge_amount, 0)', 'currency') }}
            as service_charge_amount,
        {{ minor_to_major('total_amount', 'currency') }} as total_amount
    from source
)

select * from renamed
