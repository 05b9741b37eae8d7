with source as (
    select * from {{ source('erpnext', 'sales_invoices__taxes') }}
),

renamed as (
    select
        -- ids
        _parent_name as sales_invoice_id,
        _position as tax_position,
        -- text
        charge_type,
        account_head as account_name,
        description as tax_description,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        cast(rate as {{ type_of('quantity') }}) as tax_percent,
        cast(tax_amount_after_discount_amount as {{ type_of('amount') }}) as tax_amount,
        coalesce(included_in_print_rate, 0) = 1 as is_included_in_price
    from source
)

select * from renamed
