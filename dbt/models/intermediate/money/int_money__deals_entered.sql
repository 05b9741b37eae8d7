-- Won deals that no order settled, as sales of their day: a CRM splits no tax, so all is goods.
with deals as (
    select * from {{ ref('int_deals__settled') }}
    where is_counted
),

final as (
    select
        {{ null_of('id') }} as order_id,
        {{ null_of('id') }} as order_line_id,
        'deal' as record_type,
        deal_id as record_id,
        source_connector,
        'sale' as event_kind,
        'goods' as amount_kind,
        currency_code,
        deal_amount as amount,
        is_counted,
        false as is_estimated,
        closed_on as booked_on,
        closed_at as booked_at,
        _feed,
        _load_id
    from deals
)

select * from final
