with payments as (
    select * from {{ ref('int_payments__unioned') }}
),

people as (
    select * from {{ ref('int_customers__resolved') }}
),

-- What came of foreign payments in the tenant's currency: of those the ledger has.
converted as (
    select
        record_id,
        sum(tenant_amount) as tenant_amount,
        sum(settlement_difference_amount) as settlement_difference_amount
    from {{ ref('int_money__ledger') }}
    where
        record_type = 'payment'
        and amount_kind in ('money', 'stored_value')
        and currency_code <> '{{ var("tenant_currency") }}'
    group by record_id
),

final as (
    select
        payments.payment_id,
        payments.order_id,
        payments.customer_id as customer_record_id,
        payments.source_connector,
        payments.source_record_id as source_payment_id,
        payments.payment_status,
        payments.payment_word,
        payments.currency_code,
        payments.payment_amount,
        payments.fee_amount,
        payments.settled_currency_code,
        payments.settled_amount,
        payments.settled_fee_amount,
        payments.is_test,
        payments.is_deleted,
        payments.paid_on,
        payments.paid_at,
        payments._feed,
        payments._load_id,
        coalesce(payments.payment_method, 'unknown') as payment_method,
        '{{ var("tenant_currency") }}' as tenant_currency_code,
        {{ as_money(home_or(
            'payments.currency_code', 'payments.payment_amount', 'converted.tenant_amount'
        )) }} as tenant_payment_amount,
        {{ as_money('coalesce(converted.settlement_difference_amount, 0)') }}
            as settlement_difference_amount,
        coalesce(people.customer_id, payments.customer_id) as customer_id
    from payments
    left join people on payments.customer_id = people.record_id
    left join converted on payments.payment_id = converted.record_id
)

select * from final
