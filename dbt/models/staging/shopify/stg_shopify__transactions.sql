with source as (
    select * from {{ source('shopify', 'orders__transactions') }}
),

renamed as (
    select
        -- ids
        id as transaction_id,
        _parent_id as order_id,
        payment_id,
        parent_transaction_id,
        -- text
        gateway,
        error_code,
        currency_code,
        -- times
        created_at,
        processed_at,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        lower(kind) as transaction_kind,
        lower(status) as transaction_status,
        cast(amount as {{ type_of('amount') }}) as transaction_amount,
        coalesce(is_test, false) as is_test
    from source
)

select * from renamed
