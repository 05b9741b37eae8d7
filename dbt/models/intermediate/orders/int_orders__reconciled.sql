-- What another source says of each order that counts, where it shares orders with the order's own,
-- and what explains the difference.
{% set window = revenue_setting('payment_window_days', 45) %}

with orders as (
    select * from {{ ref('int_orders__settled') }}
    where is_counted
),

folded as (
    select * from {{ ref('int_orders__folded') }}
    where part_of_order_id is not null
),

records as (
    select * from {{ ref('int_orders__ranked') }}
),

latest as (
    select
        source_connector,
        _feed,
        max(ordered_on) as known_on
    from records
    group by source_connector, _feed
),

-- What the first itself says was paid without a card: a gift card, cash, a transfer. A provider of
-- cards has nothing of it.
cardless as (
    select
        order_id,
        sum(payment_amount) as cardless_amount
    from {{ ref('int_payments__unioned') }}
    where
        payment_status = 'succeeded'
        and not is_test
        and not is_deleted
        and payment_method not in ('card', 'wallet', 'other', 'unknown')
    group by order_id
),

told as (
    select
        folded.counted_order_id as order_id,
        records.source_connector,
        records._feed,
        records.source_role,
        sum(records.total_amount) as second_amount
    from folded
    inner join records on folded.order_id = records.order_id
    group by
        folded.counted_order_id, records.source_connector, records._feed, records.source_role
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
        orders.order_id,
        orders.ordered_on,
        orders.currency_code,
        orders.total_amount as first_amount,
        orders.tax_amount,
        orders.tip_amount,
        orders._load_id,
        coalesce(told.second_amount, 0) as second_amount,
        case when source_pairs.second_role = 'money' then cardless.cardless_amount end
            as cardless_amount,
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
    left join cardless on orders.order_id = cardless.order_id
    left join latest
        on
            source_pairs.second_connector = latest.source_connector
            and source_pairs.second_feed = latest._feed
),

final as (
    select
        *,
        case
            when difference_amount = cardless_amount then 'other_means'
            when is_missing and coalesce(days_known, 0) <= {{ window }} then 'timing'
            when is_missing then 'missing'
            when difference_amount = tax_amount then 'tax'
            when difference_amount = -tip_amount then 'tip'
            when difference_amount <> 0 then 'unexplained'
        end as cause
    from compared
)

select * from final
