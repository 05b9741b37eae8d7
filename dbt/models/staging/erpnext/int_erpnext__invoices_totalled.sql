-- Submitted and cancelled invoices, credit notes included (negative), with their amounts by kind.
-- What is to pay is the rounded total, and the grand total where rounding is off.
with invoices as (
    select * from {{ ref('stg_erpnext__sales_invoices') }}
    where not is_draft and not is_opening
),

charges as (
    select * from {{ ref('int_erpnext__charges_summed') }}
),

totalled as (
    select
        invoices.sales_invoice_id,
        invoices.customer_id,
        invoices.returned_invoice_id,
        invoices.purchase_order_number,
        invoices.currency_code,
        invoices.posted_on,
        invoices.updated_at,
        invoices.net_amount,
        invoices.discount_amount,
        invoices.paid_amount,
        invoices.outstanding_amount,
        invoices.is_cash_discount,
        invoices.is_return,
        invoices.is_pos,
        invoices.is_submitted,
        invoices.is_cancelled,
        invoices.is_deleted,
        invoices._feed,
        invoices._load_id,
        coalesce(invoices.rounded_total_amount, invoices.grand_total_amount) as total_amount,
        coalesce(charges.tax_in_price_amount, 0) as tax_in_price_amount,
        {{ as_money('coalesce(charges.shipping_amount, 0)') }} as shipping_amount,
        {{ as_money('coalesce(charges.duty_amount, 0)') }} as duty_amount,
        {{ as_money('coalesce(charges.service_fee_amount, 0)') }} as service_fee_amount,
        coalesce(invoices.taxes_and_charges_amount, charges.tax_amount, 0)
        - coalesce(
            charges.shipping_amount + charges.duty_amount + charges.service_fee_amount, 0
        ) as tax_amount,
        coalesce(
            invoices.rounding_amount, invoices.rounded_total_amount - invoices.grand_total_amount, 0
        ) as rounding_difference_amount,
        case when invoices.is_cash_discount then invoices.discount_amount else 0 end
            as cash_discount_amount
    from invoices
    left join charges
        on
            invoices._feed = charges._feed
            and invoices.sales_invoice_id = charges.sales_invoice_id
)

select * from totalled
