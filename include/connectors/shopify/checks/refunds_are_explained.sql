-- check: refunds_are_explained
-- severity: warn
-- stream: orders
-- why: The money of a refund is not what its lines, shipping, tax, duties and adjustments give:
--   a part of it was not read. A refund without money (goods given back, a line removed unpaid)
--   says nothing.
with lines as (
    select
        refund_id,
        sum(subtotal_amount) as subtotal_amount,
        sum(tax_amount) as tax_amount
    from {schema}.orders__refund_lines
    where _feed = {feed}
    group by refund_id
)

select refunds.id as bad_key
from {schema}.orders__refunds as refunds
inner join {schema}.orders as orders
    on refunds._parent_id = orders.id and refunds._feed = orders._feed
left join lines on refunds.id = lines.refund_id
where
    refunds._feed = {feed}
    and refunds.refunded_amount <> 0
    -- Of a refund that cannot be read any more no part is known.
    and (lines.refund_id is not null or refunds.shipping_amount is not null)
    and abs(
        refunds.refunded_amount
        - coalesce(lines.subtotal_amount, 0)
        - coalesce(refunds.shipping_amount, 0)
        - case
            when coalesce(orders.is_tax_included, false) then 0
            else coalesce(lines.tax_amount, 0) + coalesce(refunds.shipping_tax_amount, 0)
        end
        - coalesce(refunds.duty_amount, 0)
        + coalesce(refunds.adjustment_amount, 0)
        + coalesce(refunds.adjustment_tax_amount, 0)
    ) > 0.01
