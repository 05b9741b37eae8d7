-- A sale is a submitted invoice that is neither a credit note nor an opening balance. Discounts are
-- spread over the lines and already taken off; charges such as freight are among the taxes.
with invoices as (
    select * from {{ ref('stg_erpnext__sales_invoices') }}
    where not is_draft and not is_return and not is_opening
),

mapped as (
    select
        sales_invoice_id as order_id,
        customer_id,
        sales_invoice_id as order_number,
        currency_code,
        net_amount as gross_amount,
        tax_amount,
        total_amount,
        is_cancelled,
        is_deleted,
        posted_on as ordered_on,
        updated_at,
        _feed,
        _load_id,
        null as paid_order_number,
        0 as discount_amount,
        0 as shipping_amount,
        0 as gift_card_amount,
        0 as service_fee_amount,
        0 as duty_amount,
        0 as rounding_amount,
        0 as tip_amount,
        null as payment_word,
        false as is_test,
        case
            when is_cancelled then 'cancelled'
            when outstanding_amount > 0 then 'invoiced'
            else 'paid'
        end as order_status,
        case when is_pos then 'unknown' else 'invoice' end as payment_method,
        {{ local_midnight('posted_on') }} as ordered_at
    from invoices
),

final as (
    {{ conform('orders', 'mapped') }}
)

select * from final
