{#- What has lines on accounts -> the side of the account a line stands on. -#}
{% set papers = {
    'bill': "'Debit'",
    'purchase': "case when papers.is_credit then 'Credit' else 'Debit' end",
    'vendor_credit': "'Credit'",
    'deposit': "'Credit'",
    'journal_entry': 'entries.posting_type',
} %}

-- The company's own profit and loss against the documents we have: income is what invoices and
-- receipts sold less what memos and refunds took back, and what deposits and journal entries put on
-- an income account; expenses likewise. Cost of goods sold is left out on both sides: QuickBooks
-- books it by itself when stock is sold.
with reported as (
    select * from {{ ref('stg_quickbooks__profit_and_loss') }}
    where not is_deleted
),

accounts as (
    select
        *,
        case when classification = 'Revenue' then 'income' else 'expenses' end as profit_kind
    from {{ ref('stg_quickbooks__accounts') }}
    where
        classification in ('Revenue', 'Expense')
        and coalesce(account_type, '') <> 'Cost of Goods Sold'
),

documents as (
    select * from {{ ref('int_quickbooks__documents_signed') }}
    where entity <> 'Bill' and not is_deleted
),

sold as (
    select
        documents._feed,
        documents.transaction_on,
        'income' as profit_kind,
        case when documents.entity in ('CreditMemo', 'RefundReceipt') then -1 else 1 end
        * case when entries.line_kind = 'discount' then -1 else 1 end
        * entries.line_amount
        * coalesce(documents.exchange_rate, 1) as posted_amount
    from documents
    inner join {{ ref('int_quickbooks__lines_classified') }} as entries
        on documents._feed = entries._feed and documents.document_key = entries.document_key
    where entries.line_kind <> 'gift_card'
),

booked as (
    {%- for name, side in papers.items() %}
        {%- set stream = 'journal_entries' if name == 'journal_entry' else name ~ 's' %}
        {%- set has_rate = name not in ('bill', 'journal_entry') %}
        select
            papers._feed,
            papers.transaction_on,
            entries.account_id,
            {{ side }} as posting_type,
            entries.amount * {{ 'coalesce(papers.exchange_rate, 1)' if has_rate else 1 }} as amount
        from {{ ref('stg_quickbooks__' ~ stream) }} as papers
        inner join {{ ref('stg_quickbooks__' ~ name ~ '_lines') }} as entries
            on papers._feed = entries._feed and papers.{{ name }}_id = entries.{{ name }}_id
        where not papers.is_deleted
        {%- if not loop.last %}
            union all
        {%- endif %}
    {%- endfor %}
),

posted as (
    select * from sold
    union all
    select
        booked._feed,
        booked.transaction_on,
        accounts.profit_kind,
        case
            when (booked.posting_type = 'Debit') = (accounts.profit_kind = 'expenses')
                then booked.amount
            else -booked.amount
        end as posted_amount
    from booked
    inner join accounts
        on booked._feed = accounts._feed and booked.account_id = accounts.account_id
),

told as (
    select
        reported._feed,
        reported.period_start_on,
        reported.period_end_on,
        accounts.profit_kind,
        sum(reported.reported_amount) as reported_amount
    from reported
    inner join accounts
        on reported._feed = accounts._feed and reported.account_id = accounts.account_id
    group by
        reported._feed, reported.period_start_on, reported.period_end_on, accounts.profit_kind
)

select
    told._feed,
    told.period_start_on,
    told.period_end_on,
    told.profit_kind,
    told.reported_amount,
    {{ as_money('coalesce(sum(posted.posted_amount), 0)') }} as posted_amount,
    {{ as_money('told.reported_amount - coalesce(sum(posted.posted_amount), 0)') }}
        as unexplained_amount,
    abs(told.reported_amount - coalesce(sum(posted.posted_amount), 0)) <= 0.01 as is_explained
from told
left join posted
    on
        told._feed = posted._feed
        and told.profit_kind = posted.profit_kind
        and posted.transaction_on between told.period_start_on and told.period_end_on
group by
    told._feed, told.period_start_on, told.period_end_on, told.profit_kind, told.reported_amount
