-- Sales and what was given back, with their amounts summed from the lines by kind, all positive. A
-- document whose lines were not loaded is goods and tax.
with documents as (
    select * from {{ ref('int_quickbooks__documents_signed') }}
    where entity <> 'Bill'
),

lines as (
    select * from {{ ref('int_quickbooks__lines_classified') }}
),

sums as (
    select
        _feed,
        document_key,
        sum(case when line_kind = 'product' then line_amount else 0 end) as gross_amount,
        sum(case when line_kind = 'discount' then line_amount else 0 end) as discount_amount,
        sum(case when line_kind = 'shipping' then line_amount else 0 end) as shipping_amount,
        sum(case when line_kind = 'gift_card' then line_amount else 0 end) as gift_card_amount
    from lines
    group by _feed, document_key
),

positive as (
    select
        *,
        case
            when entity in ('CreditMemo', 'RefundReceipt') then -signed_amount else signed_amount
        end as total_amount,
        coalesce(currency_code, '{{ var("tenant_currency") }}') as known_currency_code,
        '{{ var("tenant_currency") }}' as home_currency_code
    from documents
),

totalled as (
    select
        positive.document_key,
        positive.entity,
        positive.party_id as customer_id,
        positive.document_number,
        positive.private_note,
        positive.known_currency_code as currency_code,
        positive.transaction_on,
        positive.balance,
        positive.is_deleted,
        positive.updated_at,
        positive._feed,
        positive._load_id,
        {{ as_money('positive.total_amount') }} as total_amount,
        {{ as_money('coalesce(positive.tax_amount, 0)') }} as tax_amount,
        {{ as_money(
            'coalesce(sums.gross_amount, positive.total_amount - coalesce(positive.tax_amount, 0))'
        ) }} as gross_amount,
        {{ as_money('coalesce(sums.discount_amount, 0)') }} as discount_amount,
        {{ as_money('coalesce(sums.shipping_amount, 0)') }} as shipping_amount,
        {{ as_money('coalesce(sums.gift_card_amount, 0)') }} as gift_card_amount,
        {{ to_minor_unit(
            'positive.total_amount * coalesce(positive.exchange_rate, 1)',
            'positive.home_currency_code'
        ) }} as home_total_amount,
        coalesce(lower(positive.private_note) like 'voided%' and positive.total_amount = 0, false)
            as is_voided
    from positive
    left join sums
        on
            positive._feed = sums._feed
            and positive.document_key = sums.document_key
)

select * from totalled
