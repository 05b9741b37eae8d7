with source as (
    select * from {{ source('erpnext', 'sales_orders') }}
),

renamed as (
    select
        -- ids
        name as sales_order_id,
        customer as customer_id,
        amended_from as amended_from_id,
        company as company_name,
        -- text
        order_type,
        status as order_status,
        delivery_status,
        billing_status,
        po_no as purchase_order_number,
        currency as currency_code,
        territory,
        -- dates
        transaction_date as ordered_on,
        delivery_date as deliver_on,
        -- times
        creation as created_at,
        modified as updated_at,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        cast(net_total as {{ type_of('amount') }}) as net_amount,
        cast(total_taxes_and_charges as {{ type_of('amount') }}) as tax_amount,
        cast(grand_total as {{ type_of('amount') }}) as total_amount,
        cast(base_grand_total as {{ type_of('amount') }}) as company_total_amount,
        docstatus = 0 as is_draft,
        docstatus = 1 as is_submitted,
        docstatus = 2 as is_cancelled,
        _deleted_at is not null as is_deleted
    from source
)

select * from renamed
