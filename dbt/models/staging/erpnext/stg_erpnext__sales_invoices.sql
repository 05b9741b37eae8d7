with source as (
    select * from {{ source('erpnext', 'sales_invoices') }}
),

renamed as (
    select
        -- ids
        name as sales_invoice_id,
        customer as customer_id,
        return_against as returned_invoice_id,
        amended_from as amended_from_id,
        company as company_name,
        -- text
        status as invoice_status,
        posting_time,
        po_no as purchase_order_number,
        currency as currency_code,
        territory,
        -- dates
        posting_date as posted_on,
        due_date as due_on,
        -- times
        creation as created_at,
        modified as updated_at,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        cast(net_total as {{ type_of('amount') }}) as net_amount,
        cast(total_taxes_and_charges as {{ type_of('amount') }}) as taxes_and_charges_amount,
        cast(grand_total as {{ type_of('amount') }}) as grand_total_amount,
        cast(nullif(rounded_total, 0) as {{ type_of('amount') }}) as rounded_total_amount,
        cast(rounding_adjustment as {{ type_of('amount') }}) as rounding_amount,
        cast(discount_amount as {{ type_of('amount') }}) as discount_amount,
        cast(paid_amount as {{ type_of('amount') }}) as paid_amount,
        cast(change_amount as {{ type_of('amount') }}) as change_amount,
        cast(base_grand_total as {{ type_of('amount') }}) as company_total_amount,
        cast(outstanding_amount as {{ type_of('amount') }}) as outstanding_amount,
        coalesce(is_cash_or_non_trade_discount, 0) = 1 as is_cash_discount,
        coalesce(is_return, 0) = 1 as is_return,
        coalesce(is_pos, 0) = 1 as is_pos,
        coalesce(is_consolidated, 0) = 1 as is_consolidated,
        coalesce(is_debit_note, 0) = 1 as is_debit_note,
        coalesce(is_opening, 'No') = 'Yes' as is_opening,
        docstatus = 0 as is_draft,
        docstatus = 1 as is_submitted,
        docstatus = 2 as is_cancelled,
        _deleted_at is not null as is_deleted
    from source
)

select * from renamed
