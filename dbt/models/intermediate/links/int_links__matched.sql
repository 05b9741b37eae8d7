-- Links between two records that are there: by id, by the id another system is known by, and by the
-- order that a payment of the same amount pays.
with links as (
    select * from {{ ref('int_links__unioned') }}
),

people as (
    select * from {{ ref('int_customers__gathered') }}
),

orders as (
    select * from {{ ref('int_orders__unioned') }}
),

named_orders as (
    select * from {{ ref('int_orders__named') }}
),

-- What other systems may call a record: its id, or its number without the vendor's prefix.
record_names as (
    select
        customer_id as record_id,
        source_connector,
        source_record_id as record_name
    from people
    union distinct
    select
        customer_id as record_id,
        source_connector,
        replace(source_record_id, 'gid://shopify/Customer/', '') as record_name
    from people
),

-- A name that two feeds of a connector know names neither.
named as (
    select
        links.left_record_id,
        record_names.record_id as right_record_id,
        links.link_rule,
        count(*) over (partition by links.link_id) as places
    from links
    inner join record_names
        on
            links.right_connector = record_names.source_connector
            and links.right_source_id = record_names.record_name
),

-- Two orders of that name and amount name neither.
paid as (
    select
        payers.customer_id as left_record_id,
        buyers.customer_id as right_record_id,
        'paid order ' || coalesce(buyers.order_number, buyers.source_record_id) || ' of the other'
            as link_rule,
        count(*) over (partition by payers.order_id) as places
    from named_orders
    inner join orders as payers on named_orders.order_id = payers.order_id
    inner join orders as buyers on named_orders.named_order_id = buyers.order_id
    where
        payers.total_amount = buyers.total_amount
        and payers.currency_code = buyers.currency_code
),

matched as (
    select
        left_record_id,
        right_record_id,
        link_rule
    from links
    where right_record_id is not null
    union all
    select
        left_record_id,
        right_record_id,
        link_rule
    from named
    where places = 1
    union all
    select
        left_record_id,
        right_record_id,
        link_rule
    from paid
    where places = 1 and left_record_id is not null and right_record_id is not null
),

final as (
    select
        {{ hash_key(['left_record_id', 'right_record_id']) }} as link_key,
        left_record_id,
        right_record_id,
        min(link_rule) as link_rule
    from matched
    where left_record_id <> right_record_id
    group by left_record_id, right_record_id
)

select * from final
