{% set window = revenue_setting('window_days', 3) %}
{% set payment_window = revenue_setting('payment_window_days', 45) %}

-- Orders of one amount that numbers, a memo or a customer tie: the second speaks before the first.
with orders as (
    select * from {{ ref('int_orders__ranked') }}
),

sold as (
    select
        *,
        case when length(number_key) in (11, 21) then number_key end as cut_key
    from orders
    where is_sold
),

-- What a document of another system may amount to: some leave tax out, a card's has the tip.
amounts as (
    {%- for column in ['total_amount', 'untaxed_amount', 'tipped_amount'] %}
        select
            order_id,
            {{ column }} as amount
        from sold
        {%- if not loop.last %}
            union distinct
        {%- endif %}
    {%- endfor %}
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
            when asked.fold_rule <> 'customer_amount' then {{ payment_window }}
            when asked.is_on_account and called.source_kind = 'money' then {{ payment_window }}
            else {{ window }}
        end as days_before
    from asked
    inner join called
        on
            asked.fold_rule = called.fold_rule
            and asked.key_value = called.key_value
            and asked.currency_code = called.currency_code
            and asked.total_amount = called.amount
            and asked.source_system <> called.source_system
            and asked.source_rank > called.source_rank
            and (asked.source_role <> called.source_role or asked.source_role = 'books')
),

final as (
    select
        order_id,
        part_of_order_id,
        fold_rule
    from met
    where days_later between -days_before and days_allowed
)

select * from final
