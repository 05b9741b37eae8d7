-- The fee of a charge is on its balance transaction, in the settlement currency; it is kept only
-- where that is the charge's own currency, so that amounts never mix currencies.
with charges as (
    select * from {{ ref('stg_stripe__charges') }}
),

movements as (
    select * from {{ ref('stg_stripe__balance_transactions') }}
),

settled as (
    select
        charges.charge_id,
        charges.customer_id,
        charges.charge_status,
        charges.payment_method_type,
        charges.currency_code,
        charges.charge_amount,
        charges.captured_amount,
        charges.is_captured,
        charges.is_deleted,
        charges.created_at,
        charges._feed,
        charges._load_id,
        movements.fee_amount
    from charges
    left join movements
        on
            charges._feed = movements._feed
            and charges.balance_transaction_id = movements.balance_transaction_id
            and charges.currency_code = movements.currency_code
)

select * from settled
