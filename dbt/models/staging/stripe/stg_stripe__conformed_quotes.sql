-- A visit to the checkout has amounts also when nobody paid: what it became is the charge's.
with sessions as (
    select * from {{ ref('stg_stripe__checkout_sessions') }}
),

mapped as (
    select
        checkout_session_id as quote_id,
        customer_id,
        order_reference as quote_number,
        'checkout_session' as quote_kind,
        currency_code,
        tax_amount,
        total_amount,
        is_deleted,
        _feed,
        _load_id,
        not is_live as is_test,
        case
            when payment_status in ('paid', 'no_payment_required') then 'won'
            when session_status = 'expired' then 'lost'
            else 'open'
        end as quote_status,
        {{ local_date('created_at') }} as quoted_on,
        {{ local_date('expires_at') }} as expires_on
    from sessions
    -- A card saved for later promises no sale.
    where session_mode is null or session_mode <> 'setup'
),

final as (
    {{ conform('quotes', 'mapped') }}
)

select * from final
