-- Money received from customers, by the invoice it pays: payment entries, and what a till took,
-- where what is above the total was change. What is not allocated to an invoice has no order.
with entries as (
    select * from {{ ref('stg_erpnext__payment_entries') }}
    where payment_type = 'Receive' and party_type = 'Customer' and is_submitted
),

allocations as (
    select * from {{ ref('stg_erpnext__payment_entry_references') }}
),

tills as (
    select * from {{ ref('int_erpnext__invoices_totalled') }}
    where is_pos and is_submitted and not is_return and paid_amount > 0
),

modes as (
    select
        _feed,
        sales_invoice_id,
        max(mode_of_payment) as mode_of_payment
    from {{ ref('stg_erpnext__sales_invoice_payments') }}
    group by _feed, sales_invoice_id
),

unioned as (
    select
        entries.payment_entry_id
        || '/'
        || cast(allocations.reference_position as {{ type_of('text') }}) as payment_id,
        case when allocations.document_type = 'Sales Invoice' then allocations.document_id end
            as order_id,
        entries.party_id as customer_id,
        entries.mode_of_payment as payment_word,
        entries.paid_from_currency_code as currency_code,
        allocations.allocated_amount as payment_amount,
        entries.is_deleted,
        entries.posted_on as paid_on,
        entries._feed,
        entries._load_id
    from allocations
    inner join entries
        on
            allocations._feed = entries._feed
            and allocations.payment_entry_id = entries.payment_entry_id
    where allocations.allocated_amount <> 0
    union all
    select
        entries.payment_entry_id as payment_id,
        {{ null_of('id') }} as order_id,
        entries.party_id as customer_id,
        entries.mode_of_payment as payment_word,
        entries.paid_from_currency_code as currency_code,
        entries.unallocated_amount as payment_amount,
        entries.is_deleted,
        entries.posted_on as paid_on,
        entries._feed,
        entries._load_id
    from entries
    where entries.unallocated_amount > 0
    union all
    select
        tills.sales_invoice_id as payment_id,
        tills.sales_invoice_id as order_id,
        tills.customer_id,
        modes.mode_of_payment as payment_word,
        tills.currency_code,
        case
            when tills.paid_amount > tills.total_amount then tills.total_amount
            else tills.paid_amount
        end as payment_amount,
        tills.is_deleted,
        tills.posted_on as paid_on,
        tills._feed,
        tills._load_id
    from tills
    left join modes
        on
            tills._feed = modes._feed
            and tills.sales_invoice_id = modes.sales_invoice_id
),

mapped as (
    select
        payment_id,
        order_id,
        customer_id,
        payment_word,
        currency_code,
        payment_amount,
        is_deleted,
        paid_on,
        _feed,
        _load_id,
        {{ payment_method('payment_word') }} as payment_method,
        'succeeded' as payment_status,
        null as fee_amount,
        null as settled_currency_code,
        null as settled_amount,
        null as settled_fee_amount,
        false as is_test,
        {{ local_midnight('paid_on') }} as paid_at
    from unioned
),

final as (
    {{ conform('payments', 'mapped') }}
)

select * from final
