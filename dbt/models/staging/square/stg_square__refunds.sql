with source as (
    select * from {{ source('square', 'refunds') }}
),

renamed as (
    select
        -- ids
        id as refund_id,
        location_id,
        payment_id,
        order_id as return_order_id,
        team_member_id,
        -- text
        status as refund_status,
        reason as refund_reason,
        destination_type,
        currency as currency_code,
        -- times
        created_at,
        updated_at,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        {{ minor_to_major('amount', 'currency') }} as refund_amount,
        coalesce(unlinked, false) as is_unlinked,
        _deleted_at is not null as is_deleted
    from source
)

select * from renamed
