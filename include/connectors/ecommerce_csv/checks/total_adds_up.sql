-- check: total_adds_up
-- severity: warn
-- stream: transactions
-- why: A total differs from subtotal - discount + tax + shipping by more than a cent.
select transaction_id as bad_key
from {schema}.transactions
where
    _feed = {feed}
    and abs(
        total
        - (subtotal - coalesce(discount, 0) + coalesce(tax, 0) + coalesce(shipping, 0))
    ) > 0.01
