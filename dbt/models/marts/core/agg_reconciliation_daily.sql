-- What two sources say of the same orders, by the day of the order that counts: what the second
-- lacks or has more, and what explains it.
with reconciled as (
    select * from {{ ref('int_orders__reconciled') }}
),

parted as (
    select
        ordered_on,
        first_connector,
        first_feed,
        second_connector,
        second_feed,
        second_role,
        currency_code,
        is_missing,
        first_amount,
        second_amount,
        difference_amount,
        _load_id
        {%- for name in ['timing', 'tax', 'tip', 'missing', 'unexplained'] %}
            ,
            case when cause = '{{ name }}' then difference_amount else 0 end as {{ name }}_amount
        {%- endfor %}
    from reconciled
),

final as (
    select
        {{ hash_key([
            'ordered_on', 'first_connector', 'first_feed', 'second_connector', 'second_feed',
            'currency_code',
        ]) }} as reconciliation_key,
        ordered_on as reconciled_on,
        first_connector,
        first_feed,
        second_connector,
        second_feed,
        second_role,
        currency_code,
        count(*) as orders_count,
        sum(case when is_missing then 1 else 0 end) as missing_count,
        {%- for column in [
            'first_amount', 'second_amount', 'difference_amount', 'timing_amount', 'tax_amount',
            'tip_amount', 'missing_amount', 'unexplained_amount',
        ] %}
            {{ as_money('sum(' + column + ')') }} as {{ column }},
        {%- endfor %}
        max(_load_id) as _load_id
    from parted
    group by
        ordered_on, first_connector, first_feed, second_connector, second_feed, second_role,
        currency_code
)

select * from final
