-- check: invoices_with_tax_inside_add_up
-- severity: warn
-- stream: invoices
-- why: Where prices include tax the lines' amounts with it are the total; anything else means that
--   `amount` is not what it is without tax. A discount line says nothing of its tax: left out.
with lines as (
    select
        _parent_id,
        sum(tax_inclusive_amount) as amount,
        sum(
            case
                when detail_type = 'SalesItemLineDetail' and tax_inclusive_amount is not null then 0
                when detail_type = 'SubTotalLineDetail' then 0
                when coalesce(amount, 0) = 0 then 0
                else 1
            end
        ) as others
    from {schema}.invoices__lines
    where _feed = {feed}
    group by _parent_id
)

select documents.id as bad_key
from {schema}.invoices as documents
inner join lines on documents.id = lines._parent_id
where
    documents._feed = {feed}
    and documents.tax_calculation = 'TaxInclusive'
    and lines.others = 0
    and abs(documents.total_amount - lines.amount) > 0.01
