{% set window = revenue_setting('window_days', 3) + 7 %}

-- Each payout and the deposit of that amount within days, in the books or at the bank; of several
-- the nearest, each once. Books that have a deposit of any payout should have one of each.
with payouts as (
    select * from {{ ref('int_payouts__made') }}
    where payout_id is not null
),

deposits as (
    select * from {{ ref('int_deposits__unioned') }}
    where not is_deleted
),

pairs as (
    select
        payouts.payout_id,
        deposits.deposit_id,
        deposits.source_connector,
        deposits._feed,
        row_number() over (
            partition by payouts.payout_id, deposits.source_connector, deposits._feed
            order by
                {{ days_between('payouts.paid_out_on', 'deposits.deposited_on') }} asc,
                deposits.deposit_id asc
        ) as deposit_place,
        row_number() over (
            partition by deposits.deposit_id
            order by payouts.paid_out_on desc, payouts.payout_id asc
        ) as payout_place
    from payouts
    inner join deposits
        on
            payouts.currency_code = deposits.currency_code
            and payouts.payout_amount = deposits.deposit_amount
    where
        {{ days_between('payouts.paid_out_on', 'deposits.deposited_on') }}
        between -1 and {{ window }}
),

banks as (
    select
        source_connector,
        _feed,
        max(deposited_on) as known_on,
        max(_load_id) as _load_id
    from deposits
    group by source_connector, _feed
),

book_pairs as (
    select distinct
        payouts.source_connector,
        payouts._feed,
        pairs.source_connector as second_connector,
        pairs._feed as second_feed
    from pairs
    inner join payouts on pairs.payout_id = payouts.payout_id
),

final as (
    select
        payouts.payout_id,
        payouts.paid_out_on,
        payouts.source_connector,
        payouts._feed,
        payouts.currency_code,
        payouts.payout_amount,
        book_pairs.second_connector,
        book_pairs.second_feed,
        banks._load_id,
        pairs.payout_id is null as is_missing,
        {{ days_between('payouts.paid_out_on', 'banks.known_on') }} <= {{ window }} as is_recent
    from payouts
    inner join book_pairs
        on
            payouts.source_connector = book_pairs.source_connector
            and payouts._feed = book_pairs._feed
    inner join banks
        on
            book_pairs.second_connector = banks.source_connector
            and book_pairs.second_feed = banks._feed
    left join pairs
        on
            payouts.payout_id = pairs.payout_id
            and book_pairs.second_connector = pairs.source_connector
            and book_pairs.second_feed = pairs._feed
            and pairs.deposit_place = 1
            and pairs.payout_place = 1
)

select * from final
