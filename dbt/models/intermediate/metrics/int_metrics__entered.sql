-- All that is measured by day, as it is recorded: below 0 where it lowers its measure.
with sales as (
    select
        source_connector,
        _feed,
        currency_code,
        booked_on,
        sum(amount) as amount
    from {{ ref('int_money__ledger') }}
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
    from {{ ref('int_money__ledger') }}
    where is_counted and amount_kind = 'fee'
    union all
    select
        'costs' as metric_type,
        'goods_sold' as metric_name,
        source_connector,
        _feed,
        currency_code,
        sold_on as metric_on,
        cost_amount as amount
    from {{ ref('fct_sales') }}
    where cost_amount is not null
    union all
    select
        'costs' as metric_type,
        'booked_expenses' as metric_name,
        source_connector,
        _feed,
        currency_code,
        incurred_on as metric_on,
        cost_amount as amount
    from {{ ref('int_costs__unioned') }}
    where not is_deleted
    union all
    select
        'costs' as metric_type,
        'advertising' as metric_name,
        source_connector,
        _feed,
        currency_code,
        spent_on as metric_on,
        spend_cost as amount
    from {{ ref('int_spend__unioned') }}
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
