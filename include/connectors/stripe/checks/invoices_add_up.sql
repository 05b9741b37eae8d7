-- check: invoices_add_up
-- severity: warn
-- stream: invoices
-- why: Lines (before discounts), less discounts and billing credits, with tax on top and shipping, are
--   the total; anything else means lines were not read to their end. Drafts still move.
with lines as (
    select
        _parent_id,
        sum(amount) as amount
    from {schema}.invoices__lines
    where _feed = {feed}
    group by _parent_id
)

select invoices.id as bad_key
from {schema}.invoices as invoices
left join lines on invoices.id = lines._parent_id
where
    invoices._feed = {feed}
    and invoices._deleted_at is null
    and invoices.status <> 'draft'
    -- Loaded before these sums were read.
    and invoices.exclusive_tax is not null
    and invoices.total
    <> coalesce(lines.amount, 0)
    - coalesce(invoices.discount, 0)
    - coalesce(invoices.billing_credit, 0)
    + invoices.exclusive_tax
    + coalesce(invoices.amount_shipping, 0)
