-- Versions of people, and whom facts of nobody known point to (see macros/marts/members).
with versions as (
    select * from {{ ref('int_customers__versioned') }}
),

known as (
    select
        {{ hash_key(['entity_id', 'version_number']) }} as customer_sk,
        entity_id as customer_id,
        record_id,
        source_connector,
        source_record_id as source_customer_id,
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
        records_count,
        sources_count,
        cast(version_number as {{ type_of('integer') }}) as version_number,
        is_current,
        is_customer,
        is_deleted,
        created_at,
        effective_from_at,
        effective_to_at,
        _feed,
        _load_id
    from versions
),

final as (
    select * from known
    union all
    select
        {{ unknown_member() }} as customer_sk,
        {{ unknown_member() }} as customer_id,
        {{ null_of('text') }} as record_id,
        {{ null_of('text') }} as source_connector,
        {{ null_of('text') }} as source_customer_id,
        {{ unknown_member() }} as customer_name,
        {{ null_of('text') }} as first_name,
        {{ null_of('text') }} as last_name,
        {{ null_of('text') }} as company_name,
        {{ null_of('text') }} as email,
        {{ null_of('text') }} as phone,
        {{ null_of('text') }} as address_line,
        {{ null_of('text') }} as city,
        {{ null_of('text') }} as region,
        {{ null_of('text') }} as postal_code,
        {{ null_of('text') }} as country,
        cast(0 as {{ type_of('bigint') }}) as records_count,
        cast(0 as {{ type_of('bigint') }}) as sources_count,
        1 as version_number,
        true as is_current,
        false as is_customer,
        false as is_deleted,
        {{ null_of('timestamp') }} as created_at,
        {{ instant('1900-01-01') }} as effective_from_at,
        {{ instant('9999-12-31') }} as effective_to_at,
        {{ null_of('text') }} as _feed,
        {{ null_of('bigint') }} as _load_id
)

select * from final
