{#- Part of an order's refunds -> the order's own amount it is a share of. -#}
{% set shares = {
    'refund_goods_amount': 'order_net_amount',
    'refund_shipping_amount': 'order_shipping_amount',
    'refund_service_fee_amount': 'order_service_fee_amount',
    'refund_duty_amount': 'order_duty_amount',
    'refund_gift_card_amount': 'order_gift_card_amount',
    'refund_rounding_amount': 'order_rounding_amount',
} %}
{% set steps = {'now': 'so_far_amount', 'before': 'so_far_amount - refund_amount'} %}

-- Refunds split as their sale was, where the source does not split them itself.
with refunds as (
    select * from {{ ref('int_refunds__located') }}
),

-- What was charged goes back first, then the tip; more than both is an adjustment.
stepped as (
    select
        *,
        told_net_amount is null and order_net_amount is not null and order_total_amount > 0
            as is_split_estimated
        {%- for step, sum in steps.items() %}
            ,
            case
                when {{ sum }} <= 0 then 0
                when {{ sum }} > order_total_amount then order_total_amount
                else {{ sum }}
            end as charged_{{ step }},
            case
                when {{ sum }} <= order_total_amount then 0
                when {{ sum }} > order_total_amount + order_tip_amount then order_tip_amount
                else {{ sum }} - order_total_amount
            end as tip_{{ step }}
        {%- endfor %}
    from refunds
),

-- Each takes what the sum so far has more than the one before: refunds of all add up to all sold.
shared as (
    select
        *
        {%- for name, whole in shares.items() %}
            ,
            {{ to_minor_unit(whole ~ ' * charged_now / order_total_amount', 'currency_code') }}
            - {{ to_minor_unit(whole ~ ' * charged_before / order_total_amount', 'currency_code') }}
                as share_of_{{ name }}
        {%- endfor %}
    from stepped
),

-- The cent that rounding leaves is tax where there was tax, else of goods.
rested as (
    select
        *,
        charged_now - charged_before
        {%- for name in shares %}
            - share_of_{{ name }}
        {%- endfor %} as rest_amount
    from shared
),

parted as (
    select
        refund_id,
        order_id,
        source_connector,
        refund_kind,
        currency_code,
        refund_amount,
        paid_back_amount,
        settled_currency_code,
        settled_amount,
        settled_fee_amount,
        fee_order_id,
        refunded_on,
        refunded_at,
        is_split_estimated,
        is_stored_value,
        _feed,
        _load_id,
        case
            when not is_split_estimated then coalesce(told_net_amount, refund_amount)
            when order_tax_amount <> 0 then share_of_refund_goods_amount
            else share_of_refund_goods_amount + rest_amount
        end as refund_goods_amount,
        {{ as_money(
            'case when not is_split_estimated then told_tax_amount'
            ' when order_tax_amount = 0 then 0 else rest_amount end'
        ) }} as refund_tax_amount,
        {{ as_money(
            'case when is_split_estimated then tip_now - tip_before else told_tip_amount end'
        ) }} as refund_tip_amount,
        {{ refund_part('shipping', 'told_shipping_amount') }},
        {{ refund_part('gift_card', 'told_gift_card_amount') }},
        {{ refund_part('service_fee', 'told_service_fee_amount') }},
        {{ refund_part('duty', 'told_duty_amount') }},
        {{ refund_part('rounding', 'told_rounding_amount') }}
    from rested
),

adjusted as (
    select
        *,
        refund_amount
        {%- for name in shares.keys() | list + ['refund_tax_amount', 'refund_tip_amount'] %}
            - {{ name }}
        {%- endfor %} as refund_adjustment_amount
    from parted
),

final as (
    select
        *,
        refund_goods_amount + refund_adjustment_amount as refund_net_amount
    from adjusted
)

select * from final
