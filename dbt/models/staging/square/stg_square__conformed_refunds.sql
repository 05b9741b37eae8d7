-- Refunds, what exchanges took back, and disputes from the day the bank asked.
{% set columns = [
    'refund_id', 'order_id', 'payment_id', 'customer_id', 'currency_code', 'refund_amount',
    'is_deleted', '_feed', '_load_id',
] %}
{% set parts = ['net', 'tax', 'tip', 'service_fee', 'rounding'] %}

with refunds as (
    select * from {{ ref('int_square__refunds_located') }}
),

exchanges as (
    select
        {%- for column in columns if column != 'payment_id' %}
            {{ column }},
        {%- endfor %}
        {{ null_of('id') }} as payment_id,
        created_at as refunded_at,
        'refund' as refund_kind,
        0 as paid_back_amount
    from {{ ref('int_square__exchanges_returned') }}
),

disputes as (
    select
        *,
        refund_amount as paid_back_amount
    from {{ ref('int_square__disputes_moved') }}
),

unioned as (
    select
        {%- for column in columns %}
            {{ column }},
        {%- endfor %}
        {%- for part in parts %}
            refund_{{ part }}_amount,
        {%- endfor %}
        paid_back_amount,
        is_stored_value,
        created_at as refunded_at,
        'refund' as refund_kind,
        case refund_status
            when 'COMPLETED' then 'succeeded'
            when 'PENDING' then 'pending'
            else 'failed'
        end as refund_status
    from refunds
    {%- for relation in ['exchanges', 'disputes'] %}
        union all
        select
            {%- for column in columns %}
                {{ column }},
            {%- endfor %}
            {%- for part in parts %}
                {{ null_of('amount') }} as refund_{{ part }}_amount,
            {%- endfor %}
            paid_back_amount,
            false as is_stored_value,
            refunded_at,
            refund_kind,
            'succeeded' as refund_status
        from {{ relation }}
    {%- endfor %}
),

mapped as (
    select
        *,
        null as settled_currency_code,
        null as settled_amount,
        null as settled_fee_amount,
        null as refund_shipping_amount,
        null as refund_gift_card_amount,
        null as refund_duty_amount,
        false as is_test,
        {{ local_date('refunded_at') }} as refunded_on
    from unioned
),

final as (
    {{ conform('refunds', 'mapped') }}
)

select * from final
