-- A sales receipt is its own payment. QuickBooks says by what method only as an id of a list that
-- is not loaded.
with payments as (
    select
        payment_key,
        order_id,
        customer_id,
        currency_code,
        transaction_on,
        is_deleted,
        paid_amount,
        _feed,
        _load_id
    from {{ ref('int_quickbooks__payments_allocated') }}
),

receipts as (
    select
        document_key as payment_key,
        document_key as order_id,
        customer_id,
        currency_code,
        transaction_on,
        is_deleted,
        total_amount as paid_amount,
        _feed,
        _load_id
    from {{ ref('int_quickbooks__documents_totalled') }}
    where entity = 'SalesReceipt' and not is_voided
),

unioned as (
    select * from payments
    union all
    select * from receipts
),

mapped as (
    select
        payment_key as payment_id,
        order_id,
        customer_id,
        currency_code,
        paid_amount as payment_amount,
        is_deleted,
        transaction_on as paid_on,
        _feed,
        _load_id,
        null as settled_currency_code,
        null as settled_amount,
        null as settled_fee_amount,
        'unknown' as payment_method,
        null as payment_word,
        'succeeded' as payment_status,
        null as fee_amount,
        false as is_test,
        {{ local_midnight('transaction_on') }} as paid_at
    from unioned
),

final as (
    {{ conform('payments', 'mapped') }}
)

select * from final
