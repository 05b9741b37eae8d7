{#- rule -> (order of trust, confidence). -#}
{% set rules = {
    'named_id': (1, 1), 'named_number': (2, 0.98), 'copy_number': (3, 0.97), 'same_number': (4, 0.95),
    'noted_number': (5, 0.92), 'same_digits': (6, 0.9), 'cut_number': (7, 0.9), 'copy_amount': (8, 0.85),
    'customer_amount': (9, 0.8), 'paid_amount': (10, 0.75),
} %}
{% set window = revenue_setting('window_days', 3) %}

-- Pairs of orders that may be one: the second speaks before the first. Which are, folding decides.
with orders as (
    select * from {{ ref('int_orders__ranked') }}
),

named as (
    select * from {{ ref('int_orders__named') }}
),

-- A number may come round again after a year; an id may not.
named_pairs as (
    select
        named.name_rule as fold_rule,
        case
            when namers.source_rank < named_orders.source_rank then named_orders.order_id
            else namers.order_id
        end as order_id,
        case
            when namers.source_rank < named_orders.source_rank then namers.order_id
            else named_orders.order_id
        end as part_of_order_id
    from named
    inner join orders as namers on named.order_id = namers.order_id
    inner join orders as named_orders on named.named_order_id = named_orders.order_id
    where
        named.name_rule = 'named_id'
        or coalesce(
            abs({{ days_between('named_orders.ordered_on', 'namers.ordered_on') }}) <= 365, true
        )
),

pairs as (
    select
        order_id,
        part_of_order_id,
        fold_rule
    from named_pairs
    {%- for part in ['copied', 'matched', 'paid'] %}
        union all
        select
            order_id,
            part_of_order_id,
            fold_rule
        from {{ ref('int_orders__' ~ part) }}
    {%- endfor %}
),

trusted as (
    select
        order_id,
        part_of_order_id,
        min(
            case fold_rule
                {%- for rule, (place, confidence) in rules.items() %}
                    when '{{ rule }}' then {{ place }}
                {%- endfor %}
            end
        ) as rule_place
    from pairs
    group by order_id, part_of_order_id
),

measured as (
    select
        trusted.order_id,
        trusted.part_of_order_id,
        trusted.rule_place,
        parts.source_connector,
        parts._feed,
        wholes.source_rank as part_of_source_rank,
        case trusted.rule_place
            {%- for rule, (place, confidence) in rules.items() %}
                when {{ place }} then '{{ rule }}'
            {%- endfor %}
        end as fold_rule,
        cast(
            case trusted.rule_place
                {%- for rule, (place, confidence) in rules.items() %}
                    when {{ place }} then {{ confidence }}
                {%- endfor %}
            end as {{ type_of('quantity') }}
        ) as fold_confidence,
        abs(coalesce(parts.total_amount, 0) - coalesce(wholes.total_amount, 0))
            as amount_distance,
        coalesce(abs({{ days_between('wholes.ordered_on', 'parts.ordered_on') }}), 0)
            as day_distance
    from trusted
    inner join orders as parts on trusted.order_id = parts.order_id
    inner join orders as wholes on trusted.part_of_order_id = wholes.order_id
),

-- Of two orders of one number the amount tells which is meant, then the day: a charge of a part of
-- the shop's order is nearer to it than to an invoice of last year.
final as (
    select
        *,
        case
            when amount_distance = 0 and day_distance <= {{ window }} then 0
            when amount_distance = 0 then 1
            when day_distance <= {{ window }} then 2
            else 3
        end as fit_place
    from measured
)

select * from final
