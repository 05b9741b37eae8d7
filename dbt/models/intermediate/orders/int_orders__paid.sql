-- Invoices and the charges that paid them, by the day of payment: the second speaks before the
-- first. The books say on which day an invoice was paid as a whole: a provider that took this
-- amount on this day took it for that. Who paid may be another one than who bought; what was paid
-- in cash no provider took.
with sold as (
    select * from {{ ref('int_orders__ranked') }}
    where is_sold
),

payments as (
    select * from {{ ref('int_payments__unioned') }}
    where
        payment_status = 'succeeded'
        and not is_test
        and not is_deleted
        and coalesce(payment_method, 'unknown') not in ('cash', 'check', 'gift_card')
),

paid as (
    select
        sold.order_id,
        sold.source_system,
        sold.source_rank,
        sold.currency_code,
        sold.total_amount,
        payments.paid_on
    from sold
    inner join payments
        on
            sold.order_id = payments.order_id
            and sold.currency_code = payments.currency_code
            and sold.total_amount = payments.payment_amount
    where sold.source_kind = 'books'
),

collected as (
    select
        paid.order_id as paid_order_id,
        sold.order_id as collected_order_id,
        paid.source_rank < sold.source_rank as is_invoice_first
    from paid
    inner join sold
        on
            paid.currency_code = sold.currency_code
            and paid.total_amount = sold.total_amount
            and paid.source_system <> sold.source_system
    where
        sold.source_kind = 'money'
        and {{ days_between('paid.paid_on', 'sold.ordered_on') }} between -1 and 1
),

final as (
    select
        'paid_amount' as fold_rule,
        case when is_invoice_first then collected_order_id else paid_order_id end as order_id,
        case when is_invoice_first then paid_order_id else collected_order_id end
            as part_of_order_id
    from collected
)

select * from final
