{#- Reporting category, or type where an old version has none -> kind
    (docs.stripe.com/reports/reporting-categories). -#}
{% set kinds = {
    'charge': "'charge', 'partial_capture_reversal', 'charge_failure', 'payment'",
    'refund': "'refund', 'refund_failure', 'payment_refund'",
    'dispute': "'dispute', 'dispute_reversal'",
    'fee': "'fee', 'platform_earning_refund', 'network_cost', 'tax', 'stripe_fee'",
    'payout': "'payout'",
    'payout_back': "'payout_reversal', 'payout_failure', 'payout_cancel'",
} %}

-- Movements of the Stripe balance, in the currency it is settled in. Which payout took one Stripe
-- says only when it is asked payout by payout.
with movements as (
    select * from {{ ref('stg_stripe__balance_transactions') }}
),

mapped as (
    select
        balance_transaction_id as balance_movement_id,
        currency_code,
        balance_amount as movement_amount,
        fee_amount,
        is_deleted,
        created_at as moved_at,
        available_at,
        _feed,
        _load_id,
        null as payout_id,
        case
            {%- for kind, words in kinds.items() %}
                when
                    coalesce(reporting_category, balance_transaction_type)
                    in ({{ words }})
                    then '{{ kind }}'
            {%- endfor %}
            else 'other'
        end as movement_kind,
        {{ local_date('created_at') }} as moved_on
    from movements
),

final as (
    {{ conform('balance_movements', 'mapped') }}
)

select * from final
