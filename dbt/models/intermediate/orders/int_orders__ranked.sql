-- Orders with who speaks first, what they are called and whose they are: what folding compares.
with orders as (
    select * from {{ ref('int_orders__unioned') }}
),

people as (
    select * from {{ ref('int_customers__resolved') }}
),

sources as (
    {{ revenue_sources() }}
),

final as (
    select
        orders.order_id,
        orders.source_connector,
        orders._feed,
        orders._load_id,
        sources.books_name,
        orders.currency_code,
        orders.total_amount,
        orders.ordered_on,
        coalesce(sources.source_system, orders.source_connector) as source_system,
        coalesce(sources.source_role, 'orders') as source_role,
        coalesce(sources.source_kind, 'orders') as source_kind,
        -- A source the tenant's file does not know speaks last.
        coalesce(sources.source_rank, 999) as source_rank,
        coalesce(sources.may_count, true) as may_count,
        coalesce(people.customer_id, orders.customer_id) as customer_id,
        orders.total_amount - coalesce(orders.tax_amount, 0) as untaxed_amount,
        orders.total_amount + coalesce(orders.tip_amount, 0) as tipped_amount,
        {{ order_key('orders.order_number') }} as number_key,
        {{ digits_of('orders.order_number') }} as number_digits,
        {{ order_key('orders.source_record_id') }} as record_key,
        {{ order_key('orders.noted_order_number') }} as noted_key,
        coalesce(orders.payment_method = 'invoice', false) as is_on_account,
        orders.order_status in ('invoiced', 'paid', 'partially_refunded', 'refunded')
        and not orders.is_test
        and not orders.is_deleted as is_sold
    from orders
    left join people on orders.customer_id = people.record_id
    left join sources
        on
            orders.source_connector = sources.source_connector
            and orders._feed = sources._feed
)

select * from final
