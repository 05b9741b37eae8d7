{% set place = 'source_connector, _feed, currency_code' %}

-- What each payout was made of: it takes what was available when it was made and no earlier one
-- took. What none took yet is a row without payout.
with movements as (
    select
        *,
        case when movement_kind = 'payout' then 1 else 0 end as is_payout,
        case when movement_kind = 'payout' then moved_at else coalesce(available_at, moved_at) end
            as ready_at
    from {{ ref('int_balance_movements__unioned') }}
    where not is_deleted
),

counted as (
    select
        *,
        coalesce(
            sum(is_payout) over (
                partition by {{ place }}
                order by ready_at asc, is_payout asc, balance_movement_id asc
                rows between unbounded preceding and 1 preceding
            ), 0
        ) as payouts_before
    from movements
),

payouts as (
    select
        balance_movement_id as payout_id,
        payouts_before as payout_place,
        source_connector,
        _feed,
        currency_code,
        moved_on as paid_out_on,
        -movement_amount as payout_amount
    from counted
    where is_payout = 1
),

-- Said by the provider, or by the order of things.
taken as (
    select
        counted.*,
        coalesce(named.payout_place, counted.payouts_before) as payout_place
    from counted
    left join payouts as named
        on counted.payout_id = named.payout_id
),

sums as (
    select
        source_connector,
        _feed,
        currency_code,
        payout_place,
        max(_load_id) as _load_id,
        max(moved_on) as moved_on,
        sum(1 - is_payout) as movements_count,
        sum(case when movement_kind = 'charge' then movement_amount else 0 end) as charged_amount,
        sum(fee_amount) - sum(case when movement_kind = 'fee' then movement_amount else 0 end)
            as fee_amount,
        -sum(case when movement_kind in ('refund', 'dispute') then movement_amount else 0 end)
            as refund_amount,
        -sum(case when movement_kind = 'transfer' then movement_amount else 0 end)
            as transfer_amount,
        -sum(case when movement_kind = 'other' then movement_amount else 0 end) as other_amount,
        -- Not here yet: held back, or here already with another payout.
        -sum(case when movement_kind in ('payout_back', 'reserve') then movement_amount else 0 end)
            as held_amount
    from taken
    group by source_connector, _feed, currency_code, payout_place
),

final as (
    select
        sums.source_connector,
        sums._feed,
        sums.currency_code,
        sums._load_id,
        sums.movements_count,
        payouts.payout_id,
        payouts.paid_out_on,
        coalesce(payouts.paid_out_on, sums.moved_on) as reconciled_on,
        {{ as_money('sums.charged_amount') }} as charged_amount,
        {{ as_money('coalesce(payouts.payout_amount, 0)') }} as payout_amount,
        {{ as_money('sums.fee_amount') }} as fee_amount,
        {{ as_money('sums.refund_amount') }} as refund_amount,
        {{ as_money('sums.transfer_amount') }} as transfer_amount,
        {{ as_money(
            'case when payouts.payout_id is null then sums.charged_amount - sums.fee_amount'
            ' - sums.refund_amount - sums.transfer_amount - sums.other_amount'
            ' else sums.held_amount end'
        ) }} as timing_amount
    from sums
    left join payouts
        on
            sums.source_connector = payouts.source_connector
            and sums._feed = payouts._feed
            and sums.currency_code = payouts.currency_code
            and sums.payout_place = payouts.payout_place
)

select * from final
