with source as (
    select * from {{ source('stripe', 'invoices') }}
),

renamed as (
    select
        -- ids
        id as invoice_id,
        customer as customer_id,
        subscription as subscription_id,
        -- text
        number as invoice_number,
        status as invoice_status,
        customer_email,
        customer_name,
        billing_reason,
        collection_method,
        metadata,
        -- times
        due_date as due_at,
        period_start as period_starts_at,
        period_end as period_ends_at,
        finalized_at,
        paid_at,
        voided_at,
        created as created_at,
        -- lineage
        _feed,
        _load_id,
        _loaded_at,
        -- calculated
        upper(currency) as currency_code,
        {{ minor_to_major('subtotal', 'currency') }} as subtotal_amount,
        {{ minor_to_major('total', 'currency') }} as total_amount,
        {{ minor_to_major('amount_due', 'currency') }} as due_amount,
        {{ minor_to_major('amount_paid', 'currency') }} as paid_amount,
        {{ minor_to_major('amount_remaining', 'currency') }} as remaining_amount,
        {{ minor_to_major('total_excluding_tax', 'currency') }} as untaxed_total_amount,
        {{ minor_to_major('starting_balance', 'currency') }} as starting_balance_amount,
        {{ minor_to_major('ending_balance', 'currency') }} as ending_balance_amount,
        {{ minor_to_major('coalesce(pre_payment_credit_notes_amount, 0)', 'currency') }}
            as credited_before_payment_amount,
        {{ minor_to_major('coalesce(post_payment_credit_notes_amount, 0)', 'currency') }}
            as credited_after_payment_amount,
        coalesce(livemode, true) as is_live,
        _deleted_at is not null as is_deleted
    from source
)

select * from renamed
