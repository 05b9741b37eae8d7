-- All that is measured by day, as it is recorded, in the tenant's currency where the rate is known:
-- below 0 where it lowers its measure.
with ledger as (
    select
        source_connector,
        _feed,
        booked_on,
        order_id,
        record_id,
        event_kind,
        amount_kind,
        is_counted,
        coalesce(tenant_amount, amount) as amount,
        case
            when tenant_amount is null then currency_code else '{{ var("tenant_currency") }}'
        end as currency_code
    from {{ ref('int_money__ledger') }}
),

rates as (
    select * from {{ ref('int_rates__daily') }}
),

sales as (
    select
        source_connector,
        _feed,
        currency_code,
        booked_on,
        sum(amount) as amount
    from ledger
    where
        is_counted
        and event_kind in ('sale', 'refund', 'chargeback', 'chargeback_won')
        and amount_kind in ('goods', 'discount', 'adjustment', 'shipping', 'service_fee')
    group by
        source_connector, _feed, currency_code, booked_on, event_kind,
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
        currency_code,
        booked_on as metric_on,
        -amount as amount
    from ledger
    where is_counted and amount_kind in ('fee', 'settled_fee')
    union all
    select
        'costs' as metric_type,
        'goods_sold' as metric_name,
        sold_lines.source_connector,
        sold_lines._feed,
        {{ currency_at_rate('sold_lines.currency_code') }} as currency_code,
        sold_lines.sold_on as metric_on,
        {{ at_rate('sold_lines.cost_amount') }} as amount
    from {{ ref('fct_sales') }} as sold_lines
    left join rates
        on sold_lines.currency_code = rates.currency_code and sold_lines.sold_on = rates.valid_on
    where sold_lines.cost_amount is not null
    union all
    select
        'costs' as metric_type,
        'booked_expenses' as metric_name,
        booked.source_connector,
        booked._feed,
        {{ currency_at_rate('booked.currency_code') }} as currency_code,
        booked.incurred_on as metric_on,
        {{ at_rate('booked.cost_amount') }} as amount
    from {{ ref('int_costs__unioned') }} as booked
    left join rates
        on booked.currency_code = rates.currency_code and booked.incurred_on = rates.valid_on
    where not booked.is_deleted
    union all
    select
        'costs' as metric_type,
        'advertising' as metric_name,
        bought.source_connector,
        bought._feed,
        {{ currency_at_rate('bought.currency_code') }} as currency_code,
        bought.spent_on as metric_on,
        {{ at_rate('bought.spend_cost') }} as amount
    from {{ ref('int_spend__unioned') }} as bought
    left join rates
        on bought.currency_code = rates.currency_code and bought.spent_on = rates.valid_on
    union all
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
