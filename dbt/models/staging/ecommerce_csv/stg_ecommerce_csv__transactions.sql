with source as (
    select * from {{ source('ecommerce_csv', 'transactions') }}
),

renamed as (
    select
        -- ids
        transaction_id,
        customer_id,
        -- text
        payment_method,
        -- times
        transaction_at,
        updated_at,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        lower(status) as transaction_status,
        upper(currency) as currency_code,
        cast(subtotal as {{ type_of('amount') }}) as subtotal_amount,
        cast(discount as {{ type_of('amount') }}) as discount_amount,
        cast(tax as {{ type_of('amount') }}) as tax_amount,
        cast(shipping as {{ type_of('amount') }}) as shipping_amount,
        cast(total as {{ type_of('amount') }}) as total_amount,
        _deleted_at is not null as is_deleted
    from source
)

select * from renamed
