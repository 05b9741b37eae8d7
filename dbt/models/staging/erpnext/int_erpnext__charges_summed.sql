-- What an invoice has in its table of taxes: taxes, of them those inside prices, and charges such
-- as freight. ERPNext keeps both in one table; what a row is, its account is named after. Source:
-- frappe/erpnext, controllers/taxes_and_totals.py.
with taxes as (
    select * from {{ ref('stg_erpnext__sales_invoice_taxes') }}
),

named as (
    select
        *,
        lower(coalesce(account_name, '') || ' ' || coalesce(tax_description, '')) as words
    from taxes
),

classified as (
    select
        sales_invoice_id,
        _feed,
        tax_amount,
        is_included_in_price,
        case
            when
                words like '%freight%'
                or words like '%shipping%'
                or words like '%delivery%'
                or words like '%postage%'
                or words like '%courier%'
                then 'shipping'
            when words like '%customs%' or words like '%import dut%' then 'duty'
            when
                charge_type = 'Actual'
                and (
                    words like '%charge%'
                    or words like '%handling%'
                    or words like '%packing%'
                    or words like '%packaging%'
                    or words like '%insurance%'
                    or words like '% fee%'
                    or words like '%service%'
                )
                and words not like '%tax%'
                and words not like '%vat%'
                and words not like '%gst%'
                then 'service_fee'
            else 'tax'
        end as row_kind
    from named
),

summed as (
    select
        _feed,
        sales_invoice_id,
        sum(case when row_kind = 'shipping' then tax_amount else 0 end) as shipping_amount,
        sum(case when row_kind = 'duty' then tax_amount else 0 end) as duty_amount,
        sum(case when row_kind = 'service_fee' then tax_amount else 0 end) as service_fee_amount,
        sum(case when row_kind = 'tax' then tax_amount else 0 end) as tax_amount,
        sum(case when is_included_in_price then tax_amount else 0 end) as tax_in_price_amount
    from classified
    group by _feed, sales_invoice_id
)

select * from summed
