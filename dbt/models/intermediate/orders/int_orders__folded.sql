-- The order that counts for each record: found by the most trusted rule, none if two fit alike.
-- Named by its source many may be part of one (captures, instalments, tenders); by number, amount
-- or customer one source has one record of it at most.
with orders as (
    select * from {{ ref('int_orders__ranked') }}
),

compared as (
    select * from {{ ref('int_orders__compared') }}
),

placed as (
    select
        *,
        rank() over (
            partition by order_id
            order by rule_place, fit_place, part_of_source_rank, amount_distance, day_distance
        ) as child_place,
        count(*) over (
            partition by
                order_id, rule_place, fit_place, part_of_source_rank, amount_distance, day_distance
        ) as child_ties,
        rank() over (
            partition by part_of_order_id, source_connector, _feed
            order by rule_place, amount_distance, day_distance
        ) as place_among_others,
        count(*) over (
            partition by
                part_of_order_id, source_connector, _feed, rule_place, amount_distance, day_distance
        ) as ties_among_others,
        count(*) over (partition by order_id) as candidates_count
    from compared
),

chosen as (
    select * from placed
    where
        child_place = 1
        and child_ties = 1
        and (
            fold_rule in ('named_id', 'named_number')
            or (place_among_others = 1 and ties_among_others = 1)
        )
),

considered as (
    select
        order_id,
        max(candidates_count) as candidates_count
    from placed
    group by order_id
),

-- One row per order, so that a planner knows how many there are: four times its short guess of
-- what is chosen would be tried pair by pair.
steps as (
    select
        orders.order_id,
        chosen.part_of_order_id,
        chosen.fold_rule,
        chosen.fold_confidence
    from orders
    left join chosen on orders.order_id = chosen.order_id
),

-- A payment of an invoice of a shop's order is part of the shop's: each step speaks earlier.
led as (
    select
        first_step.order_id,
        first_step.part_of_order_id,
        first_step.fold_rule,
        first_step.fold_confidence,
        coalesce(
            fourth_step.part_of_order_id,
            third_step.part_of_order_id,
            second_step.part_of_order_id,
            first_step.part_of_order_id,
            first_step.order_id
        ) as counted_order_id
    from steps as first_step
    left join steps as second_step on first_step.part_of_order_id = second_step.order_id
    left join steps as third_step on second_step.part_of_order_id = third_step.order_id
    left join steps as fourth_step on third_step.part_of_order_id = fourth_step.order_id
),

final as (
    select
        orders.order_id,
        led.counted_order_id,
        led.part_of_order_id,
        orders.source_role,
        orders.source_rank,
        orders.books_name,
        orders.may_count,
        orders.is_sold,
        counted.currency_code as counted_currency_code,
        coalesce(led.fold_rule, 'itself') as fold_rule,
        coalesce(led.fold_confidence, 1) as fold_confidence,
        coalesce(considered.candidates_count, 0) as candidates_count,
        led.part_of_order_id is null
        and orders.is_sold
        and considered.order_id is not null as is_ambiguous
    from orders
    inner join led on orders.order_id = led.order_id
    inner join orders as counted on led.counted_order_id = counted.order_id
    left join considered on orders.order_id = considered.order_id
)

select * from final
