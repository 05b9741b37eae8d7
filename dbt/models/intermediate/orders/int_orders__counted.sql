-- Orders with whether they count as revenue: the one place that decides it.
with orders as (
    select * from {{ ref('int_orders__unioned') }}
),

folded as (
    select * from {{ ref('int_orders__folded') }}
),

counted as (
    select
        orders.source_connector,
        orders.source_record_id,
        {%- for name, kind in concept_columns('orders') %}
            orders.{{ name }},
        {%- endfor %}
        folded.counted_order_id,
        folded.counted_currency_code,
        folded.source_rank,
        folded.books_name,
        folded.part_of_order_id is not null as is_part_of_other_order,
        folded.is_sold and folded.may_count and folded.part_of_order_id is null as is_counted
    from orders
    inner join folded on orders.order_id = folded.order_id
)

select * from counted
