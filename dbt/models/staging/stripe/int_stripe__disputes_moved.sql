with disputes as (
    select * from {{ ref('stg_stripe__disputes') }}
),

charges as (
    select * from {{ ref('stg_stripe__charges') }}
),

movements as (
    select * from {{ ref('stg_stripe__balance_transactions') }}
),

-- When the balance says that a dispute's money left and came back, and what it was there.
dispute_moves as (
    select
        _feed,
        source_id,
        min(currency_code) as settled_currency_code,
        -sum(case when reporting_category = 'dispute' then balance_amount end) as withdrawn_amount,
        sum(case when reporting_category = 'dispute_reversal' then balance_amount end)
            as returned_amount,
        sum(case when reporting_category = 'dispute' then fee_amount end) as taken_fee_amount,
        sum(case when reporting_category = 'dispute_reversal' then fee_amount end)
            as returned_fee_amount,
        min(case when reporting_category = 'dispute' then created_at end) as withdrawn_at,
        min(case when reporting_category = 'dispute_reversal' then created_at end) as returned_at
    from movements
    where reporting_category in ('dispute', 'dispute_reversal')
    group by _feed, source_id
),

final as (
    select
        disputes.dispute_id,
        disputes.charge_id,
        charges.customer_id,
        disputes.dispute_status,
        disputes.disputed_amount,
        disputes.is_deleted,
        disputes._feed,
        disputes._load_id,
        dispute_moves.returned_at,
        dispute_moves.settled_currency_code,
        dispute_moves.withdrawn_amount,
        dispute_moves.returned_amount,
        dispute_moves.taken_fee_amount,
        dispute_moves.returned_fee_amount,
        coalesce(disputes.currency_code, charges.currency_code) as told_currency_code,
        coalesce(dispute_moves.withdrawn_at, disputes.created_at, charges.created_at)
            as withdrawn_at,
        disputes.dispute_status in ('needs_response', 'under_review', 'lost') as is_taken
    from disputes
    left join charges
        on disputes._feed = charges._feed and disputes.charge_id = charges.charge_id
    left join dispute_moves
        on disputes._feed = dispute_moves._feed and disputes.dispute_id = dispute_moves.source_id
)

select * from final
