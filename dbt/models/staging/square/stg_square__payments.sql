with source as (
    select * from {{ source('square', 'payments') }}
),

renamed as (
    select
        -- ids
        id as payment_id,
        location_id,
        order_id,
        customer_id,
        team_member_id,
        -- text
        status as payment_status,
        source_type,
        receipt_number,
        currency as currency_code,
        card_status,
        card_brand,
        card_entry_method,
        external_type,
        wallet_brand,
        buyer_email_address,
        -- times
        created_at,
        updated_at,
        delayed_until as delayed_until_at,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        case
            when card_brand = 'SQUARE_GIFT_CARD' then card_brand
            else coalesce(external_type, source_type)
        end as payment_word,
        {{ minor_to_major('amount', 'currency') }} as payment_amount,
        {{ minor_to_major('coalesce(tip_amount, 0)', 'currency') }} as tip_amount,
        {{ minor_to_major('total_amount', 'currency') }} as total_amount,
        {{ minor_to_major('coalesce(refunded_amount, 0)', 'currency') }} as refunded_amount,
        coalesce(is_offline_payment, false) as is_offline,
        _deleted_at is not null as is_deleted
    from source
)

select * from renamed
