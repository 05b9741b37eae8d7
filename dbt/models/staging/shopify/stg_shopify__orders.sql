with source as (
    select * from {{ source('shopify', 'orders') }}
),

renamed as (
    select
        -- ids
        id as order_id,
        legacy_id,
        customer_id,
        retail_location_id as location_id,
        -- text
        name as order_number,
        cancel_reason,
        financial_status,
        fulfillment_status,
        email,
        phone,
        source_name,
        payment_gateway_names,
        discount_codes,
        tags,
        note,
        billing_name,
        billing_zip as billing_postal_code,
        billing_country_code,
        shipping_name,
        shipping_address1 as shipping_address_line,
        shipping_city,
        shipping_province_code as shipping_region,
        shipping_zip as shipping_postal_code,
        shipping_country_code,
        currency_code,
        presentment_currency_code,
        -- times
        created_at,
        updated_at,
        processed_at,
        cancelled_at,
        closed_at,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        {{ json_first('payment_gateway_names') }} as payment_gateway,
        cast(subtotal_amount as {{ type_of('amount') }}) as subtotal_amount,
        cast(discount_amount as {{ type_of('amount') }}) as discount_amount,
        cast(shipping_amount as {{ type_of('amount') }}) as shipping_amount,
        cast(tax_amount as {{ type_of('amount') }}) as tax_amount,
        cast(total_amount as {{ type_of('amount') }}) as total_amount,
        cast(current_total_amount as {{ type_of('amount') }}) as current_total_amount,
        cast(refunded_amount as {{ type_of('amount') }}) as refunded_amount,
        cast(presentment_total_amount as {{ type_of('amount') }}) as presentment_total_amount,
        cast(coalesce(tip_amount, 0) as {{ type_of('amount') }}) as tip_amount,
        cast(coalesce(duty_amount, 0) as {{ type_of('amount') }}) as duty_amount,
        cast(coalesce(additional_fee_amount, 0) as {{ type_of('amount') }})
            as additional_fee_amount,
        cast(coalesce(rounding_amount, 0) as {{ type_of('amount') }}) as rounding_amount,
        coalesce(is_duty_included, false) as is_duty_included,
        coalesce(is_edited, false) as is_edited,
        coalesce(is_test, false) as is_test,
        coalesce(is_tax_included, false) as is_tax_included,
        cancelled_at is not null as is_cancelled,
        _deleted_at is not null as is_deleted
    from source
)

select * from renamed
