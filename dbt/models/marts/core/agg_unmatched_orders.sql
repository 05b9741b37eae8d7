-- Orders that count and lack what the tenant's other sources should have of them: their money where
-- something tells the money of their source's orders, and their booking, where the books have
-- others.
with orders as (
    select * from {{ ref('int_orders__settled') }}
    where is_counted
),

folded as (
    select * from {{ ref('int_orders__folded') }}
),

parts as (
    select
        counted_order_id,
        max(case when source_role = 'books' then 1 else 0 end) as books_count
    from folded
    where part_of_order_id is not null
    group by counted_order_id
),

sources as (
    select
        orders.source_connector,
        orders._feed,
        max(case when orders.paid_amount <> 0 then 1 else 0 end) as paid_count,
        max(coalesce(parts.books_count, 0)) as books_count
    from orders
    left join parts on orders.order_id = parts.counted_order_id
    group by orders.source_connector, orders._feed
),

latest as (
    select max(ordered_on) as known_on from {{ ref('int_orders__unioned') }}
),

judged as (
    select
        orders.order_id,
        'several_orders_fit' as unmatched_reason,
        orders.total_amount as unmatched_amount
    from orders
    inner join folded on orders.order_id = folded.order_id
    where folded.is_ambiguous
    union all
    select
        orders.order_id,
        case when orders.paid_amount = 0 then 'not_paid' else 'paid_less' end as unmatched_reason,
        orders.total_amount - orders.paid_amount as unmatched_amount
    from orders
    inner join sources
        on
            orders.source_connector = sources.source_connector
            and orders._feed = sources._feed
    where sources.paid_count = 1 and orders.paid_amount < orders.total_amount
    union all
    select
        orders.order_id,
        'not_booked' as unmatched_reason,
        orders.total_amount as unmatched_amount
    from orders
    inner join sources
        on
            orders.source_connector = sources.source_connector
            and orders._feed = sources._feed
    left join parts on orders.order_id = parts.counted_order_id
    where sources.books_count = 1 and coalesce(parts.books_count, 0) = 0
),

final as (
    select
        {{ hash_key(['judged.order_id', 'judged.unmatched_reason']) }} as unmatched_key,
        orders.order_id,
        judged.unmatched_reason,
        orders.source_connector,
        orders.source_record_id as source_order_id,
        orders.order_number,
        orders.currency_code,
        orders.total_amount,
        orders.ordered_on,
        orders._feed,
        orders._load_id,
        {{ as_money('judged.unmatched_amount') }} as unmatched_amount,
        {{ days_between('orders.ordered_on', 'latest.known_on') }} as age_days
    from judged
    inner join orders on judged.order_id = orders.order_id
    cross join latest
)

select * from final
