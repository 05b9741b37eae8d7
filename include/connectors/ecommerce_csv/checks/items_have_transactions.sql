-- check: items_have_transactions
-- severity: warn
-- stream: transaction_items
-- why: A line was sold in a transaction that the export does not hold.
select items.transaction_item_id as bad_key
from {schema}.transaction_items as items
where
    items._feed = {feed}
    and not exists (
        select 1 from {schema}.transactions
        where transactions._feed = items._feed
        and transactions.transaction_id = items.transaction_id
    )
