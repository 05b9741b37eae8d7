{% set columns = [
    'order_id', 'order_line_id', 'record_type', 'record_id', 'source_connector', 'event_kind',
    'amount_kind', 'currency_code', 'amount', 'is_counted', 'is_estimated', 'booked_on', 'booked_at',
    '_feed', '_load_id',
] %}
{% set home = var('tenant_currency') %}

-- The signed ledger: everything charged, given back, paid and kept, each on its own day, in its own
-- currency and in the tenant's. Orders and days are its sums (macro ledger_columns).
with entries as (
    {%- for part in ['sales', 'deals', 'refunds', 'payments'] %}
        select
            {%- for column in columns %}
                {{ column }},
            {%- endfor %}
            1 as exchange_rate,
            amount as tenant_amount,
            0 as settlement_difference_amount
        from {{ ref('int_money__' ~ part ~ '_entered') }}
        where currency_code = '{{ home }}'
        union all
    {%- endfor %}
    select * from {{ ref('int_money__converted') }}
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
