with entries as (
    select * from {{ ref('int_money__ledger') }}
),

final as (
    select
        ledger_entry_id,
        order_id,
        order_line_id,
        record_type,
        record_id,
        source_connector,
        event_kind,
        amount_kind,
        tax_basis,
        currency_code,
        amount,
        exchange_rate,
        tenant_amount,
        settlement_difference_amount,
        is_counted,
        is_estimated,
        booked_on,
        booked_at,
        _feed,
        _load_id,
        {{ date_key('booked_on') }} as date_key
    from entries
)

select * from final
