-- Lines with goods and discount without tax, whichever way the till prices.
--
-- Square takes an inclusive tax out of gross sales in some countries and leaves it in in others;
-- the total says which: what price - discount is above the net is the tax the price held. Sums that
-- the till left out are 0, a gross it left out is quantity x price.
-- Source: Square OpenAPI 2025-08-20, OrderLineItem.
with lines as (
    select * from {{ ref('stg_square__order_line_items') }}
),

known as (
    select
        *,
        coalesce(
            gross_sales_amount, {{ to_minor_unit('quantity * base_price', 'currency_code') }}
        ) as price_amount,
        total_amount - tax_amount - service_charge_amount as known_net_amount,
        coalesce(item_type, 'ITEM') = 'GIFT_CARD' as is_gift_card
    from lines
),

netted as (
    select
        *,
        coalesce(known_net_amount, price_amount - discount_amount) as net_amount,
        price_amount - discount_amount - known_net_amount as tax_in_price_amount
    from known
),

untaxed as (
    select
        order_id,
        line_uid,
        line_position,
        variation_id,
        item_name,
        variation_name,
        currency_code,
        quantity,
        base_price,
        tax_amount,
        net_amount,
        service_charge_amount,
        is_gift_card,
        _feed,
        _load_id,
        case
            when discount_amount = 0 then 0
            when tax_in_price_amount > 0 and net_amount + tax_amount > 0
                then {{ to_minor_unit(
                    'discount_amount * net_amount / (net_amount + tax_amount)', 'currency_code'
                ) }}
            when tax_in_price_amount < 0 and price_amount >= net_amount
                then price_amount - net_amount
            else discount_amount
        end as discount_amount
    from netted
),

final as (
    select
        *,
        net_amount + discount_amount as gross_amount
    from untaxed
)

select * from final
