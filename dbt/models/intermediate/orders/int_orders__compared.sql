{#- rule -> (order of trust, confidence). -#}
{% set rules = {
    'named_id': (1, 1), 'named_number': (2, 0.98), 'copy_number': (3, 0.97), 'same_number': (4, 0.95),
    'noted_number': (5, 0.92), 'same_digits': (6, 0.9), 'cut_number': (7, 0.9), 'copy_amount': (8, 0.85),
    'customer_amount': (9, 0.8),
} %}
{% set window = revenue_setting('window_days', 3) %}
{% set payment_window = revenue_setting('payment_window_days', 45) %}

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

sold as (
    select
        *,
        case when length(number_key) in (11, 21) then number_key end as cut_key
    from orders
    where is_sold
),

-- A copy of the same books has the same document: by number, whatever became of its amount since.
copies_by_number as (
    select
        'copy_number' as fold_rule,
        later.order_id,
        first_copy.order_id as part_of_order_id
    from sold as later
    inner join sold as first_copy
        on
            later.books_name = first_copy.books_name
            and later.number_key = first_copy.number_key
            and later.ordered_on = first_copy.ordered_on
            and later.currency_code = first_copy.currency_code
            and later.source_connector <> first_copy.source_connector
            and later.source_rank > first_copy.source_rank
),

-- Without a number: the first of an amount and day is the first of the other copy.
unnumbered as (
    select
        sold.*,
        row_number() over (
            partition by
                sold.source_connector,
                sold._feed,
                sold.currency_code,
                sold.ordered_on,
                sold.untaxed_amount
            order by coalesce(sold.number_key, ''), sold.order_id
        ) as place
    from sold
    left join copies_by_number as later on sold.order_id = later.order_id
    left join copies_by_number as first_copy on sold.order_id = first_copy.part_of_order_id
    where
        sold.books_name is not null
        and later.order_id is null
        and first_copy.part_of_order_id is null
),

copies_by_amount as (
    select
        'copy_amount' as fold_rule,
        later.order_id,
        first_copy.order_id as part_of_order_id
    from unnumbered as later
    inner join unnumbered as first_copy
        on
            later.books_name = first_copy.books_name
            and later.currency_code = first_copy.currency_code
            and later.ordered_on = first_copy.ordered_on
            and later.untaxed_amount = first_copy.untaxed_amount
            and later.place = first_copy.place
            and later.source_connector <> first_copy.source_connector
            and later.source_rank > first_copy.source_rank
),

-- What a document of another system may amount to: some leave tax out, a card's has the tip.
amounts as (
    select
        order_id,
        total_amount as amount
    from sold
    union distinct
    select
        order_id,
        untaxed_amount as amount
    from sold
    union distinct
    select
        order_id,
        tipped_amount as amount
    from sold
),

-- What the one is found by and the other is called by.
asked as (
    {%- for rule, column in [
        ('same_number', 'number_key'),
        ('same_digits', 'number_digits'),
        ('cut_number', 'cut_key'),
        ('noted_number', 'noted_key'),
        ('noted_by_other', 'number_key'),
        ('noted_by_other', 'record_key'),
        ('customer_amount', 'customer_id'),
    ] %}
        select
            sold.*,
            '{{ rule }}' as fold_rule,
            {{ column }} as key_value
        from sold
        where {{ column }} is not null
        {%- if not loop.last %}
            union all
        {%- endif %}
    {%- endfor %}
),

-- QuickBooks Online keeps 21 characters of a number, QuickBooks Desktop 11.
called as (
    {%- for rule, value, condition in [
        ('same_number', 'number_key', 'number_key is not null'),
        ('same_digits', 'number_digits', 'number_digits is not null'),
        ('cut_number', 'substring(number_key, 1, 21)', 'length(number_key) > 21'),
        ('cut_number', 'substring(number_key, 1, 11)', 'length(number_key) > 11'),
        ('noted_number', 'number_key', 'number_key is not null'),
        ('noted_number', 'record_key', 'record_key is not null'),
        ('noted_by_other', 'noted_key', 'noted_key is not null'),
        ('customer_amount', 'customer_id', 'customer_id is not null'),
    ] %}
        select
            sold.*,
            amounts.amount,
            '{{ rule }}' as fold_rule,
            {{ value }} as key_value
        from sold
        inner join amounts on sold.order_id = amounts.order_id
        where {{ condition }}
        {%- if not loop.last %}
            union all
        {%- endif %}
    {%- endfor %}
),

-- Two shops sell to one customer for one price: only books and payments repeat what another says.
-- Money for what was sold on account may come weeks later.
met as (
    select
        asked.order_id,
        called.order_id as part_of_order_id,
        case when asked.fold_rule = 'noted_by_other' then 'noted_number' else asked.fold_rule end
            as fold_rule,
        {{ days_between('called.ordered_on', 'asked.ordered_on') }} as days_later,
        case
            when asked.fold_rule <> 'customer_amount' then {{ payment_window }}
            when asked.source_role = 'money' and called.is_on_account then {{ payment_window }}
            else {{ window }}
        end as days_allowed,
        case
            when asked.fold_rule = 'customer_amount' then {{ window }} else {{ payment_window }}
        end as days_before
    from asked
    inner join called
        on
            asked.fold_rule = called.fold_rule
            and asked.key_value = called.key_value
            and asked.currency_code = called.currency_code
            and asked.total_amount = called.amount
            and asked.source_connector <> called.source_connector
            and asked.source_rank > called.source_rank
            and (asked.source_role <> called.source_role or asked.source_role = 'books')
),

pairs as (
    select
        order_id,
        part_of_order_id,
        fold_rule
    from named_pairs
    union all
    select
        order_id,
        part_of_order_id,
        fold_rule
    from copies_by_number
    union all
    select
        order_id,
        part_of_order_id,
        fold_rule
    from copies_by_amount
    union all
    select
        order_id,
        part_of_order_id,
        fold_rule
    from met
    where days_later between -days_before and days_allowed
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

final as (
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
)

select * from final
