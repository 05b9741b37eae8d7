-- What banks and shop gave back of charges: refunds, and chargebacks from the day they were opened.
with refunds as (
    select * from {{ ref('stg_stripe__refunds') }}
),

disputes as (
    select * from {{ ref('stg_stripe__disputes') }}
),

charges as (
    select * from {{ ref('stg_stripe__charges') }}
),

movements as (
    select * from {{ ref('stg_stripe__balance_transactions') }}
),

-- The rest of an authorisation that was not captured is released: Stripe calls that a refund, but
-- it moves nothing in the balance, or only takes back what the charge had too much.
refunds_told as (
    select
        refunds.refund_id,
        refunds.charge_id,
        refunds.customer_id,
        refunds.currency_code,
        refunds.refund_amount,
        refunds.is_deleted,
        refunds.created_at,
        refunds._feed,
        refunds._load_id,
        'refund' as refund_kind,
        case refunds.refund_status
            when 'succeeded' then 'succeeded'
            when 'failed' then 'failed'
            when 'canceled' then 'failed'
            else 'pending'
        end as refund_status,
        coalesce(
            movements.reporting_category = 'partial_capture_reversal'
            or (
                refunds.balance_transaction_id is null
                and (not charges.is_captured or charges.captured_amount < charges.charge_amount)
            ),
            false
        ) as is_release
    from refunds
    left join charges
        on refunds._feed = charges._feed and refunds.charge_id = charges.charge_id
    left join movements
        on
            refunds._feed = movements._feed
            and refunds.balance_transaction_id = movements.balance_transaction_id
),

-- The money leaves when a dispute is opened and stays away when it is lost; a won one brings it
-- back, and an inquiry (warning_) takes none.
disputes_told as (
    select
        disputes.dispute_id as refund_id,
        disputes.charge_id,
        charges.customer_id,
        coalesce(disputes.currency_code, charges.currency_code) as currency_code,
        disputes.disputed_amount as refund_amount,
        disputes.is_deleted,
        disputes.created_at,
        disputes._feed,
        disputes._load_id,
        'dispute' as refund_kind,
        case
            when disputes.dispute_status in ('needs_response', 'under_review', 'lost')
                then 'succeeded'
            when disputes.dispute_status in ('won', 'charge_refunded', 'prevented') then 'failed'
            else 'pending'
        end as refund_status,
        false as is_release
    from disputes
    left join charges
        on disputes._feed = charges._feed and disputes.charge_id = charges.charge_id
),

final as (
    select * from refunds_told
    union all
    select * from disputes_told
)

select * from final
