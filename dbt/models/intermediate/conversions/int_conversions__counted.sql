-- What touches may have led to: orders that count, won deals that are revenue, and what else the
-- ledger has of no order (a refund nobody could place), so that conversions add up to
-- fct_revenue_daily, in the tenant's currency where the rate is known. Refunds and chargebacks are
-- inside the revenue of their order. Tills and books are offline: nobody clicked there.
with orders as (
    select * from {{ ref('int_orders__counted') }}
    where is_counted
),

people as (
    select * from {{ ref('int_customers__resolved') }}
),

entries as (
    select * from {{ ref('int_money__ledger') }}
    where is_counted and event_kind <> 'payment'
),

deals as (
    select * from {{ ref('int_deals__settled') }}
    where is_counted
),

order_sums as (
    select
        order_id,
        {{ ledger_sum('revenue_amount') }} as own_amount,
        {{ tenant_sum('revenue_amount') }} as tenant_amount
    from entries
    where order_id is not null
    group by order_id
),

rests as (
    select
        record_type,
        record_id,
        source_connector,
        currency_code,
        min(booked_on) as converted_on,
        min(booked_at) as converted_at,
        min(_feed) as _feed,
        max(_load_id) as _load_id,
        {{ ledger_sum('revenue_amount') }} as own_amount,
        {{ tenant_sum('revenue_amount') }} as tenant_amount
    from entries
    where order_id is null
    group by record_type, record_id, source_connector, currency_code
),

conversions as (
    select
        orders.order_id as conversion_id,
        'order' as conversion_kind,
        orders.source_connector,
        orders.currency_code,
        coalesce(order_sums.own_amount, 0) as own_amount,
        order_sums.tenant_amount,
        orders.ordered_on as converted_on,
        orders.ordered_at as converted_at,
        orders._feed,
        orders._load_id,
        coalesce(people.customer_id, orders.customer_id) as customer_id
    from orders
    left join order_sums on orders.order_id = order_sums.order_id
    left join people on orders.customer_id = people.record_id
    union all
    select
        case
            when deals.deal_id is not null then rests.record_id
            else 'rest ' || rests.record_id || ' ' || coalesce(rests.currency_code, '')
        end as conversion_id,
        case when deals.deal_id is not null then 'deal' else 'unplaced' end as conversion_kind,
        rests.source_connector,
        rests.currency_code,
        rests.own_amount,
        rests.tenant_amount,
        rests.converted_on,
        rests.converted_at,
        rests._feed,
        rests._load_id,
        deals.person_id as customer_id
    from rests
    left join deals on rests.record_type = 'deal' and rests.record_id = deals.deal_id
    where rests.own_amount <> 0
),

final as (
    select
        conversion_id,
        conversion_kind,
        source_connector,
        customer_id,
        case
            when tenant_amount is null then currency_code else '{{ var("tenant_currency") }}'
        end as currency_code,
        converted_on,
        converted_at,
        _feed,
        _load_id,
        {{ as_money('coalesce(tenant_amount, own_amount)') }} as revenue_amount,
        source_connector in ('square', 'erpnext', 'quickbooks', 'quickbooks_csv') as is_offline,
        conversion_kind <> 'unplaced'
        and customer_id is not null
        and row_number() over (
            partition by customer_id order by converted_at asc, conversion_id asc
        ) = 1 as is_first_of_customer
    from conversions
)

select * from final
