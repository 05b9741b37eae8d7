with sales as (
    select * from {{ ref('fct_sales') }}
),

final as (
    select
        {{ hash_key(['sold_on', 'source_connector', '_feed', 'currency_code']) }}
            as daily_sales_key,
        sold_on,
        source_connector,
        currency_code,
        count(distinct order_id) as orders_count,
        count(distinct customer_id) as customers_count,
        count(*) as lines_count,
        {{ as_money('sum(quantity)', 'quantity') }} as quantity,
        {{ as_money('sum(gross_amount)') }} as gross_amount,
        {{ as_money('sum(discount_amount)') }} as discount_amount,
        {{ as_money('sum(net_amount)') }} as net_amount,
        _feed
    from sales
    group by sold_on, source_connector, _feed, currency_code
)

select * from final
