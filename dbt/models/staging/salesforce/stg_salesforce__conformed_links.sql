-- A lead's contact after conversion, and what a merged record went into (Lead.ConvertedContactId,
-- Lead.MasterRecordId, Contact.MasterRecordId).
with leads as (
    select * from {{ ref('stg_salesforce__leads') }}
),

contacts as (
    select * from {{ ref('stg_salesforce__contacts') }}
),

named as (
    select
        lead_id as left_record_id,
        converted_contact_id as right_record_id,
        'the lead was converted to the contact' as link_rule,
        _feed,
        _load_id
    from leads
    union all
    select
        lead_id as left_record_id,
        master_record_id as right_record_id,
        'Salesforce merged the lead' as link_rule,
        _feed,
        _load_id
    from leads
    union all
    select
        contact_id as left_record_id,
        master_record_id as right_record_id,
        'Salesforce merged the contact' as link_rule,
        _feed,
        _load_id
    from contacts
),

mapped as (
    select
        *,
        null as right_connector,
        null as right_source_id,
        left_record_id || ' ' || right_record_id as link_id
    from named
    where right_record_id is not null
),

final as (
    {{ conform('links', 'mapped') }}
)

select * from final
