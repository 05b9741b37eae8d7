-- An estimate is no revenue, whatever became of it: the invoice is.
with estimates as (
    select * from {{ ref('stg_quickbooks__estimates') }}
),

mapped as (
    select
        estimate_id as quote_id,
        customer_id,
        document_number as quote_number,
        'estimate' as quote_kind,
        currency_code,
        tax_amount,
        total_amount,
        false as is_test,
        is_deleted,
        transaction_on as quoted_on,
        expires_on,
        _feed,
        _load_id,
        case
            when estimate_status in ('Accepted', 'Closed', 'Converted') then 'won'
            when estimate_status = 'Rejected' then 'lost'
            else 'open'
        end as quote_status
    from estimates
),

final as (
    {{ conform('quotes', 'mapped') }}
)

select * from final
