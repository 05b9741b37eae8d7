-- An invoice is revenue when it is written (accrual): the exports do not say when it was paid.
with documents as (
    select * from {{ ref('int_quickbooks_csv__documents_totalled') }}
),

mapped as (
    select
        document_key as order_id,
        customer_name as customer_id,
        document_number as order_number,
        order_status,
        gross_amount,
        discount_amount,
        tax_amount,
        shipping_amount,
        total_amount,
        is_deleted,
        transaction_on as ordered_on,
        _feed,
        _load_id,
        null as paid_order_number,
        null as noted_order_number,
        null as payment_word,
        0 as gift_card_amount,
        0 as service_fee_amount,
        0 as duty_amount,
        0 as rounding_amount,
        0 as tip_amount,
        case when order_status = 'invoiced' then 'invoice' end as payment_method,
        '{{ var("tenant_currency") }}' as currency_code,
        false as is_cancelled,
        false as is_test,
        {{ local_midnight('transaction_on') }} as ordered_at,
        {{ null_of('timestamp') }} as updated_at
    from documents
),

final as (
    {{ conform('orders', 'mapped') }}
)

select * from final
