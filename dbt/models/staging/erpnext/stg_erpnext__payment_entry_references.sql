with source as (
    select * from {{ source('erpnext', 'payment_entries__references') }}
),

renamed as (
    select
        -- ids
        _parent_name as payment_entry_id,
        _position as reference_position,
        reference_name as document_id,
        -- text
        reference_doctype as document_type,
        -- dates
        due_date as due_on,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        cast(allocated_amount as {{ type_of('amount') }}) as allocated_amount
    from source
)

select * from renamed
