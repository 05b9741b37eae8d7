-- Credit memos with the invoice they lower: a payment, often of 0, names both. One that several
-- invoices share, or none, stands at no invoice.
with lines as (
    select * from {{ ref('stg_quickbooks__payment_lines') }}
),

deleted as (
    select
        deletion_id,
        _feed
    from {{ ref('stg_quickbooks__deletions') }}
    where entity = 'Payment'
),

living as (
    select lines.*
    from lines
    left join deleted
        on lines.payment_id = deleted.deletion_id and lines._feed = deleted._feed
    where deleted.deletion_id is null
),

memos as (
    select * from living
    where linked_transaction_type = 'CreditMemo'
),

invoices as (
    select * from living
    where linked_transaction_type = 'Invoice'
),

applied as (
    select
        memos._feed,
        memos.linked_transaction_id as credit_memo_id,
        min(invoices.linked_transaction_id) as invoice_id,
        count(distinct invoices.linked_transaction_id) as invoices_count
    from memos
    inner join invoices
        on memos.payment_id = invoices.payment_id and memos._feed = invoices._feed
    group by memos._feed, memos.linked_transaction_id
),

final as (
    select
        _feed,
        'CreditMemo/' || credit_memo_id as document_key,
        'Invoice/' || invoice_id as invoice_key
    from applied
    where invoices_count = 1
)

select * from final
