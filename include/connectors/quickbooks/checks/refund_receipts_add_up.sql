-- check: refund_receipts_add_up
-- severity: warn
-- stream: refund_receipts
-- why: Lines less discounts plus tax are the total. A difference means that lines were read
--   twice (subtotals) or not at all. Where shipping is taxed apart, it may be right.
with lines as (
    select
        _parent_id,
        sum(case detail_type when 'DiscountLineDetail' then -amount else amount end) as amount
    from {schema}.refund_receipts__lines
    where _feed = {feed}
    group by _parent_id
)

select documents.id as bad_key
from {schema}.refund_receipts as documents
left join lines on documents.id = lines._parent_id
where
    documents._feed = {feed}
    and documents.total_amount
    <> coalesce(lines.amount, 0) + coalesce(documents.tax_amount, 0)
