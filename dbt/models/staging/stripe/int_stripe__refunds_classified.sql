-- What banks and shop gave back of charges: refunds, and chargebacks from the day they were opened.
with refunds as (
    select * from {{ ref('stg_stripe__refunds') }}
),

disputes_moved as (
    select * from {{ ref('int_stripe__disputes_moved') }}
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
        movements.currency_code as settled_currency_code,
        -movements.balance_amount as settled_amount,
        movements.fee_amount as settled_fee_amount,
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
            settled_currency_code,
            {{ 'withdrawn_amount' if kind == 'dispute' else 'returned_amount' }} as settled_amount,
            {{ 'taken_fee_amount' if kind == 'dispute' else 'returned_fee_amount' }}
                as settled_fee_amount,
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
