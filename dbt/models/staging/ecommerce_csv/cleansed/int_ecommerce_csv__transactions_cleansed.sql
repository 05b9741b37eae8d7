with checked as (
    select * from {{ ref('int_ecommerce_csv__transactions_checked') }}
    where reject_reason is null
),

cleansed as (
    select
        transaction_id,
        customer_id,
        transaction_status,
        payment_method,
        currency_code,
        subtotal_amount,
        total_amount,
        transaction_at,
        updated_at,
        is_deleted,
        _feed,
        _load_id,
        {{ as_money('coalesce(discount_amount, 0)') }} as discount_amount,
        {{ as_money('coalesce(tax_amount, 0)') }} as tax_amount,
        {{ as_money('coalesce(shipping_amount, 0)') }} as shipping_amount
    from checked
)

select * from cleansed
