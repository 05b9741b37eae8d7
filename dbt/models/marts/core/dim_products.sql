-- Versions of products, and what facts of no known one point to (see macros/marts/members).
with versions as (
    select * from {{ ref('int_products__versioned') }}
),

known as (
    select
        {{ hash_key(['entity_id', 'version_number']) }} as product_sk,
        entity_id as product_id,
        record_id,
        source_connector,
        source_record_id as source_product_id,
        sku,
        product_name,
        category,
        brand,
        currency_code,
        list_price,
        unit_cost,
        records_count,
        sources_count,
        cast(version_number as {{ type_of('integer') }}) as version_number,
        is_current,
        is_active,
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
        {{ unknown_member() }} as product_sk,
        {{ unknown_member() }} as product_id,
        {{ null_of('text') }} as record_id,
        {{ null_of('text') }} as source_connector,
        {{ null_of('text') }} as source_product_id,
        {{ null_of('text') }} as sku,
        {{ unknown_member() }} as product_name,
        {{ null_of('text') }} as category,
        {{ null_of('text') }} as brand,
        {{ null_of('text') }} as currency_code,
        {{ null_of('price') }} as list_price,
        {{ null_of('price') }} as unit_cost,
        cast(0 as {{ type_of('bigint') }}) as records_count,
        cast(0 as {{ type_of('bigint') }}) as sources_count,
        1 as version_number,
        true as is_current,
        false as is_active,
        false as is_deleted,
        {{ null_of('timestamp') }} as created_at,
        {{ instant('1900-01-01') }} as effective_from_at,
        {{ instant('9999-12-31') }} as effective_to_at,
        {{ null_of('text') }} as _feed,
        {{ null_of('bigint') }} as _load_id
)

select * from final
