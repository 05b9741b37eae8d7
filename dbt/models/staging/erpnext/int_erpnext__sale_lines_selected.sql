-- Lines of invoices that are sales; a credit note's and a draft's are left out.
--
-- Goods at list price without tax: net amounts are after all discounts and without tax, list prices
-- may hold it. A document's discount lowers the net as well, so the share of tax in its prices then
-- comes from the invoice, else from the line itself.
with lines as (
    select * from {{ ref('stg_erpnext__sales_invoice_items') }}
),

invoices as (
    select * from {{ ref('int_erpnext__invoices_totalled') }}
    where not is_return
),

selected as (
    select
        lines.line_id,
        lines.sales_invoice_id,
        lines.item_id,
        lines.item_name,
        lines.quantity,
        lines.unit_price,
        lines.net_amount,
        lines._feed,
        lines._load_id,
        invoices.is_deleted,
        invoices.currency_code,
        case
            when lines.list_price > lines.unit_price then lines.quantity * lines.list_price
            else coalesce(lines.listed_amount, lines.net_amount)
        end as listed_amount,
        case
            when invoices.tax_in_price_amount = 0 then 1
            when coalesce(invoices.discount_amount, 0) = 0 or invoices.is_cash_discount
                then lines.net_amount / nullif(lines.listed_amount, 0)
            else
                invoices.net_amount
                / nullif(invoices.net_amount + invoices.tax_in_price_amount, 0)
        end as untaxed_share
    from lines
    inner join invoices
        on
            lines._feed = invoices._feed
            and lines.sales_invoice_id = invoices.sales_invoice_id
),

grossed as (
    select
        line_id,
        sales_invoice_id,
        item_id,
        item_name,
        quantity,
        unit_price,
        net_amount,
        is_deleted,
        _feed,
        _load_id,
        coalesce(
            {{ to_minor_unit('listed_amount * coalesce(untaxed_share, 1)', 'currency_code') }},
            net_amount
        ) as gross_amount
    from selected
),

final as (
    select
        *,
        {{ as_money('gross_amount - net_amount') }} as discount_amount
    from grossed
)

select * from final
