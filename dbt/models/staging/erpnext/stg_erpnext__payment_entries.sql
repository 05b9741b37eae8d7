with source as (
    select * from {{ source('erpnext', 'payment_entries') }}
),

renamed as (
    select
        -- ids
        name as payment_entry_id,
        party as party_id,
        amended_from as amended_from_id,
        company as company_name,
        -- text
        payment_type,
        party_type,
        party_name,
        mode_of_payment,
        status as payment_status,
        paid_from as paid_from_account,
        paid_to as paid_to_account,
        paid_from_account_currency as paid_from_currency_code,
        paid_to_account_currency as currency_code,
        reference_no,
        -- dates
        posting_date as posted_on,
        clearance_date as cleared_on,
        -- times
        creation as created_at,
        modified as updated_at,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        cast(paid_amount as {{ type_of('amount') }}) as paid_amount,
        cast(received_amount as {{ type_of('amount') }}) as received_amount,
        cast(base_received_amount as {{ type_of('amount') }}) as company_received_amount,
        cast(unallocated_amount as {{ type_of('amount') }}) as unallocated_amount,
        docstatus = 0 as is_draft,
        docstatus = 1 as is_submitted,
        docstatus = 2 as is_cancelled,
        _deleted_at is not null as is_deleted
    from source
)

select * from renamed
