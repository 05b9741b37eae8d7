{% set columns = [
    'order_id', 'order_line_id', 'record_type', 'record_id', 'source_connector', 'event_kind',
    'amount_kind', 'currency_code', 'amount', 'is_counted', 'is_estimated', 'booked_on', 'booked_at',
    '_feed', '_load_id',
] %}
{% set parts = ['sales', 'deals', 'refunds', 'payments'] %}
{% set home = var('tenant_currency') %}
{% set home_text = "'" ~ home ~ "'" %}

-- The signed ledger: everything charged, given back, paid and kept, each on its own day, in its own
-- currency and in the tenant's. Orders and days are its sums (macro ledger_columns).
with rates as (
    select * from {{ ref('int_rates__daily') }}
),

own_entries as (
    {%- for part in parts %}
        select
            {%- for column in columns %}
                {{ column }},
            {%- endfor %}
            1 as exchange_rate,
            amount as tenant_amount,
            0 as settlement_difference_amount
        from {{ ref('int_money__' ~ part ~ '_entered') }}
        where currency_code = '{{ home }}'
        {%- if not loop.last %}
            union all
        {%- endif %}
    {%- endfor %}
),

foreign_entries as (
    {%- for part in parts %}
        select
            {%- for column in columns %}
                {{ column }},
            {%- endfor %}
            settled_amount,
            coalesce(ordered_on, booked_on) as ordered_on,
            amount_kind in ('money', 'stored_value', 'fee', 'settled_fee') as is_money,
            case
                when amount_kind in ('goods', 'discount', 'adjustment') then 'net'
                else amount_kind
            end as rounded_kind
        from {{ ref('int_money__' ~ part ~ '_entered') }}
        where currency_code is null or currency_code <> '{{ home }}'
        {%- if not loop.last %}
            union all
        {%- endif %}
    {%- endfor %}
),

-- What was sold and what is taken back of it are worth what they were on the order's day, so that
-- a refund of all leaves nothing. Money is worth what it was when it moved, or what the provider
-- says.
foreign_rated as (
    select
        foreign_entries.*,
        order_rates.exchange_rate as order_rate,
        case
            when foreign_entries.settled_amount is not null
                then foreign_entries.settled_amount / nullif(foreign_entries.amount, 0)
            when foreign_entries.is_money then booked_rates.exchange_rate
            else order_rates.exchange_rate
        end as exchange_rate,
        sum(foreign_entries.amount) over (
            partition by
                coalesce(foreign_entries.order_id, foreign_entries.record_id),
                foreign_entries.currency_code,
                foreign_entries.ordered_on,
                foreign_entries.is_counted,
                foreign_entries.rounded_kind
            order by
                foreign_entries.booked_at asc, foreign_entries.record_id asc,
                foreign_entries.event_kind asc, foreign_entries.amount_kind asc
            rows between unbounded preceding and current row
        ) as running_amount
    from foreign_entries
    left join rates as order_rates
        on
            foreign_entries.currency_code = order_rates.currency_code
            and foreign_entries.ordered_on = order_rates.valid_on
    left join rates as booked_rates
        on
            foreign_entries.currency_code = booked_rates.currency_code
            and foreign_entries.booked_on = booked_rates.valid_on
),

-- Rounded so that the cents of an order's entries add up to those of their sum: an entry is what
-- the sum so far is more than the one before.
foreign_converted as (
    select
        *,
        case
            when is_money
                then coalesce(
                    settled_amount,
                    {{ to_minor_unit('amount * exchange_rate', home_text) }}
                )
            else
                {{ to_minor_unit('running_amount * exchange_rate', home_text) }}
                - {{ to_minor_unit('(running_amount - amount) * exchange_rate', home_text) }}
        end as tenant_amount
    from foreign_rated
),

entries as (
    select * from own_entries
    union all
    select
        {%- for column in columns %}
            {{ column }},
        {%- endfor %}
        exchange_rate,
        tenant_amount,
        case
            when is_money and amount_kind not in ('fee', 'settled_fee')
                then tenant_amount - {{ to_minor_unit('amount * order_rate', home_text) }}
            else 0
        end as settlement_difference_amount
    from foreign_converted
),

final as (
    select
        {{ hash_key(['record_type', 'record_id', 'event_kind', 'amount_kind']) }}
            as ledger_entry_id,
        order_id,
        order_line_id,
        record_type,
        record_id,
        source_connector,
        event_kind,
        amount_kind,
        currency_code,
        is_counted,
        is_estimated,
        booked_on,
        booked_at,
        _feed,
        _load_id,
        {{ as_money('amount') }} as amount,
        {{ as_money('exchange_rate', 'rate') }} as exchange_rate,
        {{ as_money('tenant_amount') }} as tenant_amount,
        {{ as_money('settlement_difference_amount') }} as settlement_difference_amount,
        case
            when amount_kind = 'tax' then 'tax'
            when
                amount_kind in ('money', 'stored_value', 'fee', 'settled_fee', 'unexplained')
                then 'with_tax'
            when amount_kind in ('gift_card', 'tip', 'rounding') then 'untaxed'
            else 'without_tax'
        end as tax_basis
    from entries
)

select * from final
