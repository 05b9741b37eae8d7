with source as (
    select * from {{ source('erpnext', 'sales_invoices__payments') }}
),

renamed as (
    select
        -- ids
        _parent_name as sales_invoice_id,
        _position as payment_position,
        -- text
        mode_of_payment,
        type as account_type,
        reference_no,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        cast(amount as {{ type_of('amount') }}) as payment_amount
    from source
)

select * from renamed
