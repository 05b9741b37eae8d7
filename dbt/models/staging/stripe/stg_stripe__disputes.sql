with source as (
    select * from {{ source('stripe', 'disputes') }}
),

renamed as (
    select
        -- ids
        id as dispute_id,
        charge as charge_id,
        payment_intent as payment_intent_id,
        -- text
        status as dispute_status,
        reason as dispute_reason,
        metadata,
        -- times
        evidence_due_by as evidence_due_at,
        created as created_at,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        upper(currency) as currency_code,
        {{ minor_to_major('amount', 'currency') }} as disputed_amount,
        coalesce(is_charge_refundable, false) as is_charge_refundable,
        coalesce(livemode, true) as is_live,
        _deleted_at is not null as is_deleted
    from source
)

select * from renamed
