-- What came back in an order, all its returns together.
with summed as (
    select
        _feed,
        order_id,
        min(source_order_id) as source_order_id,
        min(currency_code) as currency_code,
        sum(return_amount) as return_amount,
        sum(coalesce(tax_amount, 0)) as tax_amount,
        sum(coalesce(tip_amount, 0)) as tip_amount,
        sum(coalesce(service_charge_amount, 0)) as service_charge_amount,
        sum(coalesce(rounding_amount, 0)) as rounding_amount
    from {{ ref('stg_square__order_returns') }}
    group by _feed, order_id
)

select * from summed
