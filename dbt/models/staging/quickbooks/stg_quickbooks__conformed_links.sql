-- A sub-customer that is billed with its parent (ParentRef, BillWithParent) is the parent's
-- ship-to or job: one payer. One that is billed itself may be anybody, as a franchisee is: no link.
with customers as (
    select * from {{ ref('stg_quickbooks__customers') }}
),

mapped as (
    select
        customer_id as left_record_id,
        parent_id as right_record_id,
        null as right_connector,
        null as right_source_id,
        'billed with its parent' as link_rule,
        _feed,
        _load_id,
        customer_id || ' ' || parent_id as link_id
    from customers
    where parent_id is not null and is_billed_with_parent
),

final as (
    {{ conform('links', 'mapped') }}
)

select * from final
