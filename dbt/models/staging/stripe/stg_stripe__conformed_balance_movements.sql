{#- Reporting category, or type where an old version has none -> kind
    (docs.stripe.com/reports/reporting-categories). -#}
{% set kinds = {
    'charge': [
        'charge', 'partial_capture_reversal', 'charge_failure', 'payment', 'payment_failure_refund',
        'payment_reversal',
    ],
    'refund': ['refund', 'refund_failure', 'payment_refund'],
    'dispute': ['dispute', 'dispute_reversal'],
    'fee': [
        'fee', 'platform_earning', 'platform_earning_refund', 'application_fee',
        'application_fee_refund', 'network_cost', 'tax', 'stripe_fee', 'stripe_fx_fee', 'tax_fee',
    ],
    'transfer': [
        'transfer', 'transfer_reversal', 'transfer_cancel', 'transfer_failure', 'transfer_refund',
        'connect_collection_transfer', 'inbound_transfer', 'inbound_transfer_reversal', 'topup',
        'topup_reversal',
    ],
    'reserve': [
        'risk_reserved_funds', 'connect_reserved_funds', 'reserved_funds', 'reserve_transaction',
        'reserve_hold', 'reserve_release', 'payout_minimum_balance_hold',
        'payout_minimum_balance_release', 'payment_network_reserve_hold',
        'payment_network_reserve_release',
    ],
    'payout': ['payout'],
    'payout_back': ['payout_reversal', 'payout_failure', 'payout_cancel'],
} %}

-- Movements of the Stripe balance, in the currency it is settled in, with the automatic payout that
-- took each; of a manual one Stripe does not say what is in it.
with movements as (
    select * from {{ ref('stg_stripe__balance_transactions') }}
),

-- A payout is known by its own movement.
payout_movements as (
    select
        movements._feed,
        movements.movement_id,
        min(payouts.balance_transaction_id) as payout_id
    from {{ ref('stg_stripe__payout_movements') }} as movements
    inner join {{ ref('stg_stripe__payouts') }} as payouts
        on movements._feed = payouts._feed and movements.payout_id = payouts.payout_id
    group by movements._feed, movements.movement_id
),

mapped as (
    select
        movements.balance_transaction_id as balance_movement_id,
        movements.currency_code,
        movements.balance_amount as movement_amount,
        movements.fee_amount,
        movements.is_deleted,
        movements.created_at as moved_at,
        movements.available_at,
        movements._feed,
        movements._load_id,
        payout_movements.payout_id,
        {{ kind_of(
            'coalesce(movements.reporting_category, movements.balance_transaction_type)', kinds
        ) }} as movement_kind,
        {{ local_date('movements.created_at') }} as moved_on
    from movements
    left join payout_movements
        on
            movements._feed = payout_movements._feed
            and movements.balance_transaction_id = payout_movements.movement_id
),

final as (
    {{ conform('balance_movements', 'mapped') }}
)

select * from final
