-- check: invoices_are_paid_by_their_payments
-- severity: warn
-- stream: invoice_payments
-- why: What an invoice says was paid is less than its payments together: a payment belongs to
--   another invoice, or an amount was read wrongly. (What was paid outside of Stripe makes it
--   more.)
with paid as (
    select
        invoice,
        sum(amount_paid) as amount_paid
    from {schema}.invoice_payments
    where _feed = {feed} and status = 'paid'
    group by invoice
)

select invoices.id as bad_key
from {schema}.invoices as invoices
inner join paid on invoices.id = paid.invoice
where invoices._feed = {feed} and invoices.amount_paid < paid.amount_paid
