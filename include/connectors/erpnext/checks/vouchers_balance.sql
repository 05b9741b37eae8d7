-- check: vouchers_balance
-- severity: warn
-- stream: gl_entries
-- why: Debits and credits of a document are equal; anything else means that entries of it were not
--   read. Entries that the site is just renaming come with the next load.
select concat(min(voucher_type), '/', voucher_no) as bad_key
from {schema}.gl_entries
where _feed = {feed} and coalesce(is_cancelled, 0) = 0
group by voucher_no
having abs(sum(coalesce(debit, 0)) - sum(coalesce(credit, 0))) > 0.01
