with source as (
    select * from {{ source('shopify', 'orders__refunds') }}
),

renamed as (
    select
        -- ids
        id as refund_id,
        _parent_id as order_id,
        -- text
        note,
        currency_code,
        -- times
        created_at,
        processed_at,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        cast(refunded_amount as {{ type_of('amount') }}) as refund_amount,
        cast(shipping_amount as {{ type_of('amount') }}) as shipping_amount,
        cast(shipping_tax_amount as {{ type_of('amount') }}) as shipping_tax_amount,
        cast(adjustment_amount as {{ type_of('amount') }}) as adjustment_amount,
        cast(adjustment_tax_amount as {{ type_of('amount') }}) as adjustment_tax_amount,
        cast(duty_amount as {{ type_of('amount') }}) as duty_amount,
        cast(stored_value_amount as {{ type_of('amount') }}) as stored_value_amount
    from source
)

select * from renamed
