with source as (
    select * from {{ source('quickbooks', 'customers') }}
),

renamed as (
    select
        -- ids
        id as customer_id,
        parent_id,
        -- text
        sync_token,
        display_name,
        fully_qualified_name,
        given_name,
        family_name,
        company_name,
        email,
        phone,
        address_line_1,
        address_line_2,
        city,
        region,
        postal_code,
        country,
        currency_code,
        -- numbers
        balance,
        -- booleans
        is_job,
        is_billed_with_parent,
        is_active,
        is_taxable,
        -- times
        created_at,
        updated_at,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        _deleted_at is not null as is_deleted
    from source
)

select * from renamed
-- generated from connector.yaml 6614e6893b62; edit freely, edited files are kept
