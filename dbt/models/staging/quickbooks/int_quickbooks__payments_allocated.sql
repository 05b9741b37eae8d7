-- Money received from customers, by the invoice it pays. A payment's lines are no money: a credit
-- memo is applied by a payment of 0 that names both. What is applied to no document has no order.
with payments as (
    select * from {{ ref('stg_quickbooks__payments') }}
),

lines as (
    select * from {{ ref('stg_quickbooks__payment_lines') }}
    where coalesce(linked_transaction_type, '') <> 'CreditMemo'
),

deletions as (
    select * from {{ ref('stg_quickbooks__deletions') }}
    where entity = 'Payment'
),

received as (
    select
        payments.payment_id,
        payments.customer_id,
        payments.transaction_on,
        payments._feed,
        payments._load_id,
        payments.total_amount,
        coalesce(payments.currency_code, '{{ var("tenant_currency") }}') as currency_code,
        payments.total_amount - coalesce(payments.unapplied_amount, 0) as applied_amount,
        deletions.deletion_id is not null as is_deleted
    from payments
    left join deletions
        on payments.payment_id = deletions.deletion_id and payments._feed = deletions._feed
),

applied as (
    select
        received.*,
        lines.line_position,
        lines.amount as line_amount,
        case
            when lines.linked_transaction_type = 'Invoice'
                then 'Invoice/' || lines.linked_transaction_id
        end as order_id
    from received
    inner join lines
        on received.payment_id = lines.payment_id and received._feed = lines._feed
),

spread as (
    {{ spread(
        'applied', 'paid_amount', 'applied_amount', 'line_amount', ['_feed', 'payment_id'],
        'line_position'
    ) }}
),

sums as (
    select
        _feed,
        payment_id,
        sum(paid_amount) as paid_amount
    from spread
    group by _feed, payment_id
),

entries as (
    select
        'Payment/' || payment_id || '/' || cast(line_position as {{ type_of('text') }})
            as payment_key,
        order_id,
        customer_id,
        currency_code,
        transaction_on,
        is_deleted,
        _feed,
        _load_id,
        paid_amount
    from spread
    union all
    select
        'Payment/' || received.payment_id as payment_key,
        {{ null_of('id') }} as order_id,
        received.customer_id,
        received.currency_code,
        received.transaction_on,
        received.is_deleted,
        received._feed,
        received._load_id,
        {{ as_money('received.total_amount - coalesce(sums.paid_amount, 0)') }} as paid_amount
    from received
    left join sums
        on received.payment_id = sums.payment_id and received._feed = sums._feed
),

final as (
    select * from entries
    where paid_amount <> 0
)

select * from final
