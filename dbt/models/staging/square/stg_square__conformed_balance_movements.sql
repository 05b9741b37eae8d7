-- Movements of Square's balance as payouts tell them: what is in a payout, and the payout itself.
-- What no payout took yet Square does not list. A SIMPLE payout has no entries; it is an advance
-- on a later BATCH, which has it as an entry of type PAYOUT.
with payouts as (
    select * from {{ ref('stg_square__payouts') }}
),

entries as (
    select
        entries.*,
        payouts.created_at,
        payouts.is_deleted
    from {{ ref('stg_square__payout_entries') }} as entries
    inner join payouts
        on entries._feed = payouts._feed and entries.payout_id = payouts.payout_id
),

entry_sums as (
    select
        _feed,
        payout_id,
        sum(net_amount) as net_amount
    from entries
    group by _feed, payout_id
),

-- The fee of the transfer itself is an entry, or else taken off the sum of the entries.
made as (
    select
        payouts.payout_id as balance_movement_id,
        payouts.payout_id,
        'payout' as movement_kind,
        payouts.currency_code,
        -payouts.payout_amount as movement_amount,
        case
            when payouts.payout_amount <> entry_sums.net_amount then payouts.fee_amount else 0
        end as fee_amount,
        payouts.is_deleted,
        payouts.created_at as moved_at,
        payouts.created_at as available_at,
        payouts._feed,
        payouts._load_id
    from payouts
    left join entry_sums
        on payouts._feed = entry_sums._feed and payouts.payout_id = entry_sums.payout_id
),

advanced as (
    select
        payout_id || ':advance' as balance_movement_id,
        payout_id,
        'payout_back' as movement_kind,
        currency_code,
        payout_amount as movement_amount,
        0 as fee_amount,
        is_deleted,
        created_at as moved_at,
        created_at as available_at,
        _feed,
        _load_id
    from payouts
    where payout_type = 'SIMPLE'
),

moved as (
    select
        payout_entry_id as balance_movement_id,
        payout_id,
        {{ kind_of('entry_type', square_entry_kinds()) }} as movement_kind,
        currency_code,
        gross_amount as movement_amount,
        coalesce(fee_amount, 0) as fee_amount,
        is_deleted,
        coalesce(effective_at, created_at) as moved_at,
        coalesce(effective_at, created_at) as available_at,
        _feed,
        _load_id
    from entries
),

together as (
    select * from made
    union all
    select * from advanced
    union all
    select * from moved
),

mapped as (
    select
        *,
        {{ local_date('moved_at') }} as moved_on
    from together
),

final as (
    {{ conform('balance_movements', 'mapped') }}
)

select * from final
