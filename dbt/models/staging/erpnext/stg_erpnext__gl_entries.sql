with source as (
    select * from {{ source('erpnext', 'gl_entries') }}
),

renamed as (
    select
        -- ids
        name as gl_entry_id,
        voucher_no as voucher_id,
        against_voucher as against_voucher_id,
        account as account_name,
        cost_center as cost_center_name,
        company as company_name,
        party as party_name,
        -- text
        voucher_type,
        against_voucher_type,
        party_type,
        account_currency as account_currency_code,
        fiscal_year,
        -- dates
        posting_date as posted_on,
        -- times
        creation as created_at,
        modified as updated_at,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        cast(coalesce(debit, 0) as {{ type_of('amount') }}) as debit_amount,
        cast(coalesce(credit, 0) as {{ type_of('amount') }}) as credit_amount,
        cast(coalesce(debit_in_account_currency, 0) as {{ type_of('amount') }})
            as account_debit_amount,
        cast(coalesce(credit_in_account_currency, 0) as {{ type_of('amount') }})
            as account_credit_amount,
        coalesce(is_opening, 'No') = 'Yes' as is_opening,
        coalesce(is_cancelled, 0) = 1 as is_cancelled,
        _deleted_at is not null as is_deleted
    from source
)

select * from renamed
