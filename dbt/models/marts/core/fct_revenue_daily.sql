-- Orders on the day they were placed, refunds on the day the money went back: a closed day changes
-- only when late records arrive for it.
with orders as (
    select * from {{ ref('int_orders__settled') }}
),

refunds as (
    select * from {{ ref('int_refunds__split') }}
),

order_days as (
    select
        ordered_on as revenue_on,
        source_connector,
        _feed,
        currency_code,
        1 as orders_count,
        gross_amount,
        discount_amount,
        tax_amount,
        shipping_amount,
        gift_card_amount,
        total_amount,
        0 as refund_amount,
        0 as dispute_amount,
        0 as refund_net_amount,
        _load_id
    from orders
    where is_counted
),

-- A refund of an order that does not count is none either; one of no known order is.
refund_days as (
    select
        refunds.refunded_on as revenue_on,
        refunds.source_connector,
        refunds._feed,
        refunds.currency_code,
        0 as orders_count,
        0 as gross_amount,
        0 as discount_amount,
        0 as tax_amount,
        0 as shipping_amount,
        0 as gift_card_amount,
        0 as total_amount,
        case when refunds.refund_kind = 'refund' then refunds.refund_amount else 0 end
            as refund_amount,
        case when refunds.refund_kind = 'dispute' then refunds.refund_amount else 0 end
            as dispute_amount,
        refunds.refund_net_amount,
        refunds._load_id
    from refunds
    left join orders on refunds.order_id = orders.order_id
    where coalesce(orders.is_counted, true)
),

movements as (
    select * from order_days
    union all
    select * from refund_days
),

final as (
    select
        {{ hash_key(['revenue_on', 'source_connector', '_feed', 'currency_code']) }}
            as revenue_day_key,
        revenue_on,
        source_connector,
        currency_code,
        sum(orders_count) as orders_count,
        {{ as_money('sum(gross_amount)') }} as gross_amount,
        {{ as_money('sum(discount_amount)') }} as discount_amount,
        {{ as_money('sum(tax_amount)') }} as tax_amount,
        {{ as_money('sum(shipping_amount)') }} as shipping_amount,
        {{ as_money('sum(gift_card_amount)') }} as gift_card_amount,
        {{ as_money('sum(total_amount)') }} as total_amount,
        {{ as_money('sum(refund_amount)') }} as refund_amount,
        {{ as_money('sum(dispute_amount)') }} as dispute_amount,
        {{ as_money('sum(refund_net_amount)') }} as refund_net_amount,
        {{ as_money('sum(gross_amount - discount_amount - refund_net_amount)') }} as net_amount,
        {{ as_money('sum(total_amount - refund_amount - dispute_amount)') }} as kept_amount,
        _feed,
        max(_load_id) as _load_id
    from movements
    group by revenue_on, source_connector, _feed, currency_code
)

select * from final
