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

customers as (
    select * from {{ ref('dim_customers') }}
),

named as (
    select
        payments.*,
        coalesce(people.customer_id, payments.customer_id) as person_id
    from payments
    left join people on payments.customer_id = people.record_id
),

final as (
    select
        named.payment_id,
        named.order_id,
        named.customer_id as customer_record_id,
        named.source_connector,
        named.source_record_id as source_payment_id,
        named.payment_status,
        named.payment_word,
        named.currency_code,
        named.payment_amount,
        named.fee_amount,
        named.settled_currency_code,
        named.settled_amount,
        named.settled_fee_amount,
        named.is_test,
        named.is_deleted,
        named.paid_on,
        named.paid_at,
        named._feed,
        named._load_id,
        named.person_id as customer_id,
        coalesce(named.payment_method, 'unknown') as payment_method,
        '{{ var("tenant_currency") }}' as tenant_currency_code,
        {{ as_money(home_or(
            'named.currency_code', 'named.payment_amount', 'converted.tenant_amount'
        )) }} as tenant_payment_amount,
        {{ as_money('coalesce(converted.settlement_difference_amount, 0)') }}
            as settlement_difference_amount,
        {{ member_or_unknown('customers.customer_sk') }} as customer_sk,
        {{ date_key('named.paid_on') }} as date_key
    from named
    left join converted on named.payment_id = converted.record_id
    left join customers
        on
            named.person_id = customers.customer_id
            and {{ as_of('customers', 'named.paid_at') }}
)

select * from final
