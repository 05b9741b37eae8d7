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

-- When the balance says that a dispute's money left and came back.
dispute_moves as (
    select
        _feed,
        source_id,
        min(case when reporting_category = 'dispute' then created_at end) as withdrawn_at,
        min(case when reporting_category = 'dispute_reversal' then created_at end) as returned_at
    from movements
    where reporting_category in ('dispute', 'dispute_reversal')
    group by _feed, source_id
),

disputes_moved as (
    select
        disputes.*,
        charges.customer_id,
        dispute_moves.returned_at,
        coalesce(disputes.currency_code, charges.currency_code) as told_currency_code,
        coalesce(dispute_moves.withdrawn_at, disputes.created_at, charges.created_at)
            as withdrawn_at,
        disputes.dispute_status in ('needs_response', 'under_review', 'lost') as is_taken
    from disputes
    left join charges
        on disputes._feed = charges._feed and disputes.charge_id = charges.charge_id
    left join dispute_moves
        on disputes._feed = dispute_moves._feed and disputes.dispute_id = dispute_moves.source_id
),

-- The money leaves when a dispute is opened and stays away when it is lost: then no second row is
-- written. A won one brings it back on its own day; where the balance does not tell that day,
-- nothing happened. An inquiry (warning_) takes none.
disputes_told as (
    {%- for kind, moved_at in {'dispute': 'withdrawn_at', 'dispute_won': 'returned_at'}.items() %}
        select
            dispute_id{{ " || ':won'" if kind == 'dispute_won' }} as refund_id,
            charge_id,
            customer_id,
            told_currency_code as currency_code,
            disputed_amount as refund_amount,
            is_deleted,
            {{ moved_at }} as created_at,
            _feed,
            _load_id,
            '{{ kind }}' as refund_kind,
            case
                when is_taken or returned_at is not null then 'succeeded'
                when dispute_status in ('won', 'charge_refunded', 'prevented') then 'failed'
                else 'pending'
            end as refund_status,
            false as is_release
        from disputes_moved
        {%- if kind == 'dispute' %}
            union all
        {%- else %}
            where returned_at is not null and not is_taken
        {%- endif %}
    {%- endfor %}
),

final as (
    select * from refunds_told
    union all
    select * from disputes_told
)

select * from final
