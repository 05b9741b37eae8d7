-- An order book: what was ordered and is billed by invoices, which are the sales.
with orders as (
    select * from {{ ref('stg_erpnext__sales_orders') }}
),

mapped as (
    select
        sales_order_id as quote_id,
        customer_id,
        sales_order_id as quote_number,
        'sales_order' as quote_kind,
        currency_code,
        tax_amount,
        total_amount,
        false as is_test,
        is_deleted,
        ordered_on as quoted_on,
        _feed,
        _load_id,
        case
            when is_cancelled or order_status = 'Closed' then 'lost'
            when billing_status = 'Fully Billed' or order_status = 'Completed' then 'won'
            else 'open'
        end as quote_status,
        {{ null_of('date') }} as expires_on
    from orders
),

final as (
    {{ conform('quotes', 'mapped') }}
)

select * from final
