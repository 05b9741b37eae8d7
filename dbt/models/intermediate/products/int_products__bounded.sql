-- Every version of a product record the snapshot saw, with the time it held; macro
-- versions_bounded.
with versions as (
    select * from {{ ref('snap_products') }}
),

bounded as (
    {{ versions_bounded('versions', 'product_id') }}
),

final as (
    select
        dbt_scd_id,
        product_id,
        source_connector,
        source_record_id,
        sku,
        product_name,
        category,
        brand,
        currency_code,
        list_price,
        unit_cost,
        is_active,
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
