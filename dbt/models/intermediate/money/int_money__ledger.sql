-- The signed ledger: everything charged, given back, paid and kept, each on its own day. Orders and
-- days are its sums (macro ledger_columns).
{% set columns = [
    'order_id', 'order_line_id', 'record_type', 'record_id', 'source_connector', 'event_kind',
    'amount_kind', 'currency_code', 'amount', 'is_counted', 'is_estimated', 'booked_on', 'booked_at',
    '_feed', '_load_id',
] %}

with entries as (
    {%- for part in ['sales', 'deals', 'refunds', 'payments'] %}
        select
            {%- for column in columns %}
                {{ column }}
                {%- if not loop.last %},{% endif %}
            {%- endfor %}
        from {{ ref('int_money__' ~ part ~ '_entered') }}
        {%- if not loop.last %}
            union all
        {%- endif %}
    {%- endfor %}
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
        case
            when amount_kind = 'tax' then 'tax'
            when amount_kind in ('money', 'stored_value', 'fee', 'unexplained') then 'with_tax'
            when amount_kind in ('gift_card', 'tip', 'rounding') then 'untaxed'
            else 'without_tax'
        end as tax_basis
    from entries
)

select * from final
