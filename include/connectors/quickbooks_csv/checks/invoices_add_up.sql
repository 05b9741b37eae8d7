-- check: invoices_add_up
-- severity: error
-- stream: invoices
-- why: A document's total or line count differs from its lines: the report was read wrongly.
with lines as (
    select
        _parent_document_key,
        count(*) as line_count,
        sum(amount) as total_amount
    from {schema}.invoices__lines
    where _feed = {feed}
    group by _parent_document_key
)

select documents.document_key as bad_key
from {schema}.invoices as documents
left join lines on documents.document_key = lines._parent_document_key
where
    documents._feed = {feed}
    and (
        documents.total_amount is distinct from coalesce(lines.total_amount, 0)
        or documents.line_count is distinct from coalesce(lines.line_count, 0)
    )
