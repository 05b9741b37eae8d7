-- A sale is a submitted invoice that is neither a credit note nor an opening balance.
with invoices as (
    select * from {{ ref('int_erpnext__invoices_totalled') }}
    where not is_return
),

line_sums as (
    select
        _feed,
        sales_invoice_id,
        sum(gross_amount) as gross_amount,
        sum(discount_amount) as discount_amount
    from {{ ref('int_erpnext__sale_lines_selected') }}
    group by _feed, sales_invoice_id
),

-- An invoice whose lines are not loaded has its own sums only.
summed as (
    select
        invoices.*,
        coalesce(line_sums.gross_amount, invoices.net_amount) as gross_amount,
        coalesce(line_sums.discount_amount, 0) + invoices.cash_discount_amount
            as all_discounts_amount
    from invoices
    left join line_sums
        on
            invoices._feed = line_sums._feed
            and invoices.sales_invoice_id = line_sums.sales_invoice_id
),

mapped as (
    select
        sales_invoice_id as order_id,
        customer_id,
        sales_invoice_id as order_number,
        currency_code,
        gross_amount,
        all_discounts_amount as discount_amount,
        tax_amount,
        shipping_amount,
        service_fee_amount,
        duty_amount,
        rounding_difference_amount as rounding_amount,
        total_amount,
        is_cancelled,
        is_deleted,
        posted_on as ordered_on,
        updated_at,
        _feed,
        _load_id,
        null as paid_order_number,
        -- The buyer's own number, which is a shop's where an integration wrote it.
        purchase_order_number as noted_order_number,
        0 as gift_card_amount,
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
    from summed
),

final as (
    {{ conform('orders', 'mapped') }}
)

select * from final
