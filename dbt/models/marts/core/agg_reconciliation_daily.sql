-- What two sources say of the same orders, by the day of the order that counts: what the second
-- lacks or has more, and what explains it.
{% set window = revenue_setting('payment_window_days', 45) %}

with orders as (
    select * from {{ ref('int_orders__settled') }}
    where is_counted
),

folded as (
    select * from {{ ref('bridge_orders') }}
    where part_of_order_id is not null
),

latest as (
    select
        source_connector,
        _feed,
        max(ordered_on) as known_on
    from {{ ref('int_orders__unioned') }}
    group by source_connector, _feed
),

told as (
    select
        counted_order_id as order_id,
        source_connector,
        _feed,
        source_role,
        sum(total_amount) as second_amount
    from folded
    group by counted_order_id, source_connector, _feed, source_role
),

-- Sources that share orders at all: then the second should have every order of the first.
source_pairs as (
    select distinct
        orders.source_connector as first_connector,
        orders._feed as first_feed,
        told.source_connector as second_connector,
        told._feed as second_feed,
        told.source_role as second_role
    from told
    inner join orders on told.order_id = orders.order_id
),

compared as (
    select
        source_pairs.*,
        orders.ordered_on,
        orders.currency_code,
        orders.total_amount as first_amount,
        orders.tax_amount,
        orders.tip_amount,
        orders._load_id,
        coalesce(told.second_amount, 0) as second_amount,
        orders.total_amount - coalesce(told.second_amount, 0) as difference_amount,
        told.order_id is null as is_missing,
        {{ days_between('orders.ordered_on', 'latest.known_on') }} as days_known
    from source_pairs
    inner join orders
        on
            source_pairs.first_connector = orders.source_connector
            and source_pairs.first_feed = orders._feed
    left join told
        on
            orders.order_id = told.order_id
            and source_pairs.second_connector = told.source_connector
            and source_pairs.second_feed = told._feed
    left join latest
        on
            source_pairs.second_connector = latest.source_connector
            and source_pairs.second_feed = latest._feed
),

explained as (
    select
        *,
        case
            when is_missing and coalesce(days_known, 0) <= {{ window }} then 'timing'
            when is_missing then 'missing'
            when difference_amount = tax_amount then 'tax'
            when difference_amount = -tip_amount then 'tip'
            when difference_amount <> 0 then 'unexplained'
        end as cause
    from compared
),

final as (
    select
        {{ hash_key([
            'ordered_on', 'first_connector', 'first_feed', 'second_connector', 'second_feed',
            'currency_code',
        ]) }} as reconciliation_key,
        ordered_on as reconciled_on,
        first_connector,
        first_feed,
        second_connector,
        second_feed,
        second_role,
        currency_code,
        count(*) as orders_count,
        sum(case when is_missing then 1 else 0 end) as missing_count,
        {{ as_money('sum(first_amount)') }} as first_amount,
        {{ as_money('sum(second_amount)') }} as second_amount,
        {{ as_money('sum(difference_amount)') }} as difference_amount,
        {%- for cause in ['timing', 'tax', 'tip', 'missing', 'unexplained'] %}
            {{ as_money(
                "sum(case when cause = '" ~ cause ~ "' then difference_amount else 0 end)"
            ) }} as {{ cause }}_amount,
        {%- endfor %}
        max(_load_id) as _load_id
    from explained
    group by
        ordered_on,
        first_connector,
        first_feed,
        second_connector,
        second_feed,
        second_role,
        currency_code
)

select * from final
