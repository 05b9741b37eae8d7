with source as (
    select * from {{ source('stripe', 'refunds') }}
),

renamed as (
    select
        -- ids
        id as refund_id,
        charge as charge_id,
        payment_intent as payment_intent_id,
        customer as customer_id,
        balance_transaction as balance_transaction_id,
        -- text
        status as refund_status,
        reason as refund_reason,
        failure_reason,
        metadata,
        -- times
        created as created_at,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        upper(currency) as currency_code,
        {{ minor_to_major('amount', 'currency') }} as refund_amount,
        _deleted_at is not null as is_deleted
    from source
)

select * from renamed
