{#- Cost -> (model, its day, its amount, what counts): beside what payments cost. -#}
{% set spent = {
    'goods_sold': ('fct_sales', 'sold_on', 'cost_amount', 'spent.cost_amount is not null'),
    'booked_expenses': ('int_costs__unioned', 'incurred_on', 'cost_amount', 'not spent.is_deleted'),
    'advertising': ('int_spend__unioned', 'spent_on', 'spend_cost', 'spent.spend_cost is not null'),
} %}

-- All that is measured by day, as it is recorded, in the tenant's currency where the rate is known:
-- below 0 where it lowers its measure.
with ledger as (
    select
        *,
        coalesce(tenant_amount, amount) as told_amount,
        case
            when tenant_amount is null then currency_code else '{{ var("tenant_currency") }}'
        end as told_currency_code
    from {{ ref('int_money__ledger') }}
),

sales as (
    select
        source_connector,
        _feed,
        told_currency_code as currency_code,
        booked_on,
        sum(told_amount) as amount
    from ledger
    where
        is_counted
        and event_kind in ('sale', 'refund', 'chargeback', 'chargeback_won')
        and amount_kind in ('goods', 'discount', 'adjustment', 'shipping', 'service_fee')
    group by
        source_connector, _feed, told_currency_code, booked_on, event_kind,
        coalesce(order_id, record_id)
),

entered as (
    select
        'revenue' as metric_type,
        'revenue' as metric_name,
        source_connector,
        _feed,
        currency_code,
        booked_on as metric_on,
        amount
    from sales
    union all
    select
        'costs' as metric_type,
        'payment_fees' as metric_name,
        source_connector,
        _feed,
        told_currency_code as currency_code,
        booked_on as metric_on,
        -told_amount as amount
    from ledger
    where is_counted and amount_kind in ('fee', 'settled_fee')
    union all
    {%- for name, (model, day, amount, condition) in spent.items() %}
        select
            'costs' as metric_type,
            '{{ name }}' as metric_name,
            spent.source_connector,
            spent._feed,
            {{ currency_at_rate('spent.currency_code') }} as currency_code,
            spent.{{ day }} as metric_on,
            {{ at_rate('spent.' ~ amount) }} as amount
        from {{ ref(model) }} as spent
        left join {{ ref('int_rates__daily') }} as rates
            on spent.currency_code = rates.currency_code and spent.{{ day }} = rates.valid_on
        where {{ condition }}
        union all
    {%- endfor %}
    select
        'inventory' as metric_type,
        'on_hand' as metric_name,
        source_connector,
        _feed,
        {{ null_of('text') }} as currency_code,
        stocked_on as metric_on,
        on_hand_quantity as amount
    from {{ ref('int_stock_levels__daily') }}
    union all
    select
        'inventory' as metric_type,
        'on_hand' as metric_name,
        source_connector,
        _feed,
        {{ null_of('text') }} as currency_code,
        stocked_on as metric_on,
        -oversold_quantity as amount
    from {{ ref('int_stock_levels__daily') }}
    where oversold_quantity > 0
    union all
    select
        'staffing' as metric_type,
        'shift_hours' as metric_name,
        source_connector,
        _feed,
        {{ null_of('text') }} as currency_code,
        {{ local_date('starts_at') }} as metric_on,
        {{ hours_between('starts_at', 'ends_at') }} as amount
    from {{ ref('int_shifts__unioned') }}
    where not is_deleted and ends_at > starts_at
),

final as (
    select
        metric_type,
        metric_name,
        source_connector,
        _feed,
        currency_code,
        metric_on,
        {{ as_money('amount', 'price') }} as amount
    from entered
)

select * from final
