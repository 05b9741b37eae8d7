-- check: movements_equal_the_balance
-- severity: warn
-- stream: balances
-- why: All movements up to the newest one together are not what the account holds: one was not
--   read, or an amount was read wrongly. Only for feeds that begin before the account's first
--   movement, and once the newest movement itself is loaded.
with movements as (
    select
        balances.currency,
        sum(moves.net) as net
    from {schema}.balances as balances
    inner join {schema}.balance_transactions as newest
        on balances.newest_movement = newest.id and balances._feed = newest._feed
    inner join {schema}.balance_transactions as moves
        on
            balances._feed = moves._feed
            and balances.currency = moves.currency
            and balances.newest_at >= moves.created
            and coalesce(moves.balance_type, 'payments') = 'payments'
    where balances._feed = {feed} and not balances.has_earlier_movements
    group by balances.currency
)

select balances.currency as bad_key
from {schema}.balances as balances
inner join movements on balances.currency = movements.currency
where
    balances._feed = {feed}
    and balances._deleted_at is null
    and movements.net <> balances.available + balances.pending
