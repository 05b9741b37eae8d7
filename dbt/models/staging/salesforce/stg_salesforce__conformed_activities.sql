-- What a task or an appointment is about its id tells: 006 begins a deal's.
with planned as (
    {%- for kind, done, moment in [
        ('task', 'is_closed', local_midnight('due_on')), ('event', null_of('boolean'), 'starts_at'),
    ] %}
        select
            {{ kind }}_id as activity_id,
            who_id as record_id,
            account_id as company_id,
            owner_id,
            '{{ 'task' if kind == 'task' else 'meeting' }}' as activity_kind,
            {{ 'task_status' if kind == 'task' else null_of('text') }} as activity_status,
            {{ null_of('text') }} as campaign_name,
            is_deleted,
            _feed,
            _load_id,
            {{ done }} as is_done,
            case when what_id like '006%' then what_id end as deal_id,
            coalesce({{ moment }}, created_at) as happened_at
        from {{ ref('stg_salesforce__tasks' if kind == 'task' else 'stg_salesforce__events') }}
        union all
    {%- endfor %}
    select
        members.campaign_member_id as activity_id,
        coalesce(members.contact_id, members.lead_id) as record_id,
        {{ null_of('text') }} as company_id,
        campaigns.owner_id,
        'campaign' as activity_kind,
        members.member_status as activity_status,
        campaigns.campaign_name,
        members.is_deleted,
        members._feed,
        members._load_id,
        members.has_responded as is_done,
        {{ null_of('text') }} as deal_id,
        coalesce({{ local_midnight('members.first_responded_on') }}, members.created_at)
            as happened_at
    from {{ ref('stg_salesforce__campaign_members') }} as members
    left join {{ ref('stg_salesforce__campaigns') }} as campaigns
        on
            members._feed = campaigns._feed
            and members.campaign_id = campaigns.campaign_id
),

mapped as (
    select * from planned
),

final as (
    {{ conform('activities', 'mapped') }}
)

select * from final
