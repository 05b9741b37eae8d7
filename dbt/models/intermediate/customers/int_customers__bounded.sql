-- Every version of a record of a person the snapshot saw, with the time it held; macro
-- versions_bounded.
with versions as (
    select * from {{ ref('snap_customers') }}
),

bounded as (
    {{ versions_bounded('versions', 'customer_id') }}
),

final as (
    select
        dbt_scd_id,
        customer_id,
        source_connector,
        source_record_id,
        customer_name,
        first_name,
        last_name,
        company_name,
        email,
        phone,
        address_line,
        city,
        region,
        postal_code,
        country,
        is_contact,
        is_deleted,
        created_at,
        updated_at,
        version_number,
        changed_at,
        effective_from_at,
        effective_to_at,
        dbt_valid_from,
        dbt_valid_to,
        _feed,
        _load_id
    from bounded
)

select * from final
