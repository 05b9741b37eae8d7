{% set documents = {
    'invoices': ('Invoice', 'invoice_id', 'customer_id', 1),
    'sales_receipts': ('SalesReceipt', 'sales_receipt_id', 'customer_id', 1),
    'credit_memos': ('CreditMemo', 'credit_memo_id', 'customer_id', -1),
    'refund_receipts': ('RefundReceipt', 'refund_receipt_id', 'customer_id', -1),
    'bills': ('Bill', 'bill_id', 'vendor_id', -1),
} %}

with documents as (
    {% for stream, (entity, key, party, sign) in documents.items() %}
        select
            '{{ entity }}' as entity,
            {{ key }} as document_id,
            {{ party }} as party_id,
            document_number,
            transaction_on,
            currency_code,
            {{ sign }} * total_amount as signed_amount,
            balance,
            {{ 'tax_amount' if entity != 'Bill' else null_of('amount') }} as tax_amount,
            {{ 'exchange_rate' if entity != 'Bill' else null_of('price') }} as exchange_rate,
            {{ 'private_note' if entity != 'Bill' else null_of('text') }} as private_note,
            updated_at,
            _feed,
            _load_id
        from {{ ref('stg_quickbooks__' ~ stream) }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

deletions as (
    select * from {{ ref('stg_quickbooks__deletions') }}
),

final as (
    select
        documents.*,
        documents.entity || '/' || documents.document_id as document_key,
        deletions.deletion_id is not null as is_deleted
    from documents
    left join deletions
        on
            documents.entity = deletions.entity
            and documents.document_id = deletions.deletion_id
            and documents._feed = deletions._feed
)

select * from final
