-- What two sources say of the same money, by day: orders and who pays or books them, charges and
-- the payouts they became, payouts and deposits. What the second lacks or has more, and what
-- explains it.
{% set causes = [
    'timing', 'fee', 'tax', 'tip', 'refund', 'transfer', 'other_means', 'missing', 'unexplained',
] %}
{% set sides = [
    'first_connector', 'first_feed', 'first_role', 'second_connector', 'second_feed', 'second_role',
    'currency_code',
] %}

with orders as (
    select * from {{ ref('int_orders__reconciled') }}
),

made as (
    select * from {{ ref('int_payouts__made') }}
),

deposited as (
    select * from {{ ref('int_payouts__deposited') }}
),

parted as (
    select
        ordered_on as reconciled_on,
        first_connector,
        first_feed,
        'orders' as first_role,
        second_connector,
        second_feed,
        second_role,
        currency_code,
        1 as records_count,
        is_missing,
        first_amount,
        second_amount,
        difference_amount,
        _load_id
        {%- for name in causes %}
            ,
            case when cause = '{{ name }}' then difference_amount else 0 end as {{ name }}_amount
        {%- endfor %}
    from orders
    union all
    select
        reconciled_on,
        source_connector as first_connector,
        _feed as first_feed,
        'money' as first_role,
        source_connector as second_connector,
        _feed as second_feed,
        'payouts' as second_role,
        currency_code,
        movements_count as records_count,
        false as is_missing,
        charged_amount as first_amount,
        payout_amount as second_amount,
        charged_amount - payout_amount as difference_amount,
        _load_id,
        timing_amount,
        fee_amount,
        0 as tax_amount,
        0 as tip_amount,
        refund_amount,
        transfer_amount,
        0 as other_means_amount,
        0 as missing_amount,
        charged_amount - payout_amount - timing_amount - fee_amount - refund_amount
        - transfer_amount as unexplained_amount
    from made
    union all
    select
        paid_out_on as reconciled_on,
        source_connector as first_connector,
        _feed as first_feed,
        'payouts' as first_role,
        second_connector,
        second_feed,
        'books' as second_role,
        currency_code,
        1 as records_count,
        is_missing,
        payout_amount as first_amount,
        case when is_missing then 0 else payout_amount end as second_amount,
        case when is_missing then payout_amount else 0 end as difference_amount,
        _load_id
        {%- for name in causes %}
            ,
            {% if name == 'timing' -%}
                case when is_missing and is_recent then payout_amount else 0 end
            {%- elif name == 'missing' -%}
                case when is_missing and not is_recent then payout_amount else 0 end
            {%- else -%}
                0
            {%- endif %} as {{ name }}_amount
        {%- endfor %}
    from deposited
),

final as (
    select
        {{ hash_key(['reconciled_on'] + sides) }} as reconciliation_key,
        reconciled_on,
        {%- for name in sides %}
            {{ name }},
        {%- endfor %}
        cast(sum(records_count) as {{ type_of('bigint') }}) as orders_count,
        sum(case when is_missing then 1 else 0 end) as missing_count,
        {%- for column in ['first', 'second', 'difference'] + causes %}
            {{ as_money('sum(' + column + '_amount)') }} as {{ column }}_amount,
        {%- endfor %}
        max(_load_id) as _load_id
    from parted
    group by
        reconciled_on, first_connector, first_feed, first_role, second_connector, second_feed,
        second_role, currency_code
)

select * from final
