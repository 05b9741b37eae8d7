with source as (
    select * from {{ source('square', 'orders__service_charges') }}
),

renamed as (
    select
        -- ids
        _parent_id as order_id,
        _position as service_charge_position,
        uid as service_charge_uid,
        catalog_object_id,
        -- text
        name as service_charge_name,
        type as service_charge_type,
        treatment_type,
        calculation_phase,
        currency as currency_code,
        -- numbers
        percentage as service_charge_percent,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        {{ minor_to_major('applied_amount', 'currency') }} as applied_amount,
        {{ minor_to_major('coalesce(total_tax_amount, 0)', 'currency') }} as tax_amount,
        {{ minor_to_major('total_amount', 'currency') }} as total_amount,
        coalesce(taxable, false) as is_taxable
    from source
)

select * from renamed
