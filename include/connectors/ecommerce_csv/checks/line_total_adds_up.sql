-- check: line_total_adds_up
-- severity: warn
-- stream: transaction_items
-- why: A line's total differs from quantity x price - discount by more than a cent.
select transaction_item_id as bad_key
from {schema}.transaction_items
where
    _feed = {feed}
    and abs(line_total - (quantity * unit_price - coalesce(discount, 0))) > 0.01
