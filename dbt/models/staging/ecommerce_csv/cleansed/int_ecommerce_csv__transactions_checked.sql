-- Every transaction with the reason why it cannot be used, null when it can.
with transactions as (
    select * from {{ ref('stg_ecommerce_csv__transactions') }}
),

customers as (
    select * from {{ ref('int_ecommerce_csv__customers_cleansed') }}
),

checked as (
    select
        transactions.transaction_id,
        transactions.customer_id,
        transactions.transaction_status,
        transactions.payment_method,
        transactions.subtotal_amount,
        transactions.discount_amount,
        transactions.tax_amount,
        transactions.shipping_amount,
        transactions.total_amount,
        transactions.transaction_at,
        transactions.updated_at,
        transactions.is_deleted,
        transactions._feed,
        transactions._load_id,
        coalesce(transactions.currency_code, '{{ var("tenant_currency") }}') as currency_code,
        case
            when transactions.transaction_at is null then 'time_missing'
            when transactions.customer_id is not null and customers.customer_id is null
                then 'customer_unknown'
            when transactions.subtotal_amount is null then 'amount_missing'
            when transactions.subtotal_amount < 0 then 'amount_negative'
        end as reject_reason
    from transactions
    left join customers
        on
            transactions._feed = customers._feed
            and transactions.customer_id = customers.customer_id
)

select * from checked
