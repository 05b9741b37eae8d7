with source as (
    select * from {{ source('stripe', 'coupons') }}
),

renamed as (
    select
        -- ids
        id as coupon_id,
        -- text
        name as coupon_name,
        duration,
        metadata,
        -- numbers
        duration_in_months,
        percent_off as percent_off_percent,
        max_redemptions as redemptions_limit,
        times_redeemed as redemptions_count,
        -- booleans
        valid as is_valid,
        -- times
        redeem_by as redeemable_until_at,
        created as created_at,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        upper(currency) as currency_code,
        {{ minor_to_major('amount_off', 'currency') }} as off_amount,
        coalesce(livemode, true) as is_live,
        _deleted_at is not null as is_deleted
    from source
)

select * from renamed
