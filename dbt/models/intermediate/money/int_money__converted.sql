{% set columns = [
    'order_id', 'order_line_id', 'record_type', 'record_id', 'source_connector', 'event_kind',
    'amount_kind', 'currency_code', 'amount', 'is_counted', 'is_estimated', 'booked_on', 'booked_at',
    '_feed', '_load_id',
] %}

-- Entries in another currency than the tenant's, and what they are in the tenant's.
with rates as (
    select * from {{ ref('int_rates__daily') }}
),

entries as (
    {%- for part in ['sales', 'deals', 'refunds', 'payments'] %}
        select
            {%- for column in columns %}
                {{ column }},
            {%- endfor %}
            {{ 'settled_amount' if part in ('refunds', 'payments') else null_of('amount') }}
                as settled_amount,
            {{ 'coalesce(ordered_on, booked_on)' if part in ('refunds', 'payments')
                else 'booked_on' }} as ordered_on,
            amount_kind in ('money', 'stored_value', 'fee', 'settled_fee') as is_money,
            case
                when amount_kind in ('goods', 'discount', 'adjustment') then 'net'
                else amount_kind
            end as rounded_kind
        from {{ ref('int_money__' ~ part ~ '_entered') }}
        where currency_code is null or currency_code <> {{ home_currency() }}
        {%- if not loop.last %}
            union all
        {%- endif %}
    {%- endfor %}
),

-- What was sold and what is taken back of it are worth what they were on the order's day, so that
-- a refund of all leaves nothing. Money is worth what it was when it moved, or what the provider
-- says.
rated as (
    select
        entries.*,
        order_rates.exchange_rate as order_rate,
        case
            when entries.settled_amount is not null
                then entries.settled_amount / nullif(entries.amount, 0)
            when entries.is_money then booked_rates.exchange_rate
            else order_rates.exchange_rate
        end as exchange_rate,
        sum(entries.amount) over (
            partition by
                coalesce(entries.order_id, entries.record_id),
                entries.currency_code,
                entries.ordered_on,
                entries.is_counted,
                entries.rounded_kind
            order by
                entries.booked_at asc, entries.record_id asc,
                entries.event_kind asc, entries.amount_kind asc
            rows between unbounded preceding and current row
        ) as running_amount
    from entries
    left join rates as order_rates
        on
            entries.currency_code = order_rates.currency_code
            and entries.ordered_on = order_rates.valid_on
    left join rates as booked_rates
        on
            entries.currency_code = booked_rates.currency_code
            and entries.booked_on = booked_rates.valid_on
),

-- Rounded so that the cents of an order's entries add up to those of their sum: an entry is what
-- the sum so far is more than the one before.
converted as (
    select
        *,
        case
            when is_money
                then coalesce(
                    settled_amount,
                    {{ to_minor_unit('amount * exchange_rate', home_currency()) }}
                )
            else
                {{ to_minor_unit('running_amount * exchange_rate', home_currency()) }}
                - {{ to_minor_unit('(running_amount - amount) * exchange_rate', home_currency()) }}
        end as tenant_amount
    from rated
),

final as (
    select
        {%- for column in columns %}
            {{ column }},
        {%- endfor %}
        exchange_rate,
        tenant_amount,
        case
            when is_money and amount_kind not in ('fee', 'settled_fee')
                then tenant_amount - {{ to_minor_unit('amount * order_rate', home_currency()) }}
            else 0
        end as settlement_difference_amount
    from converted
)

select * from final
