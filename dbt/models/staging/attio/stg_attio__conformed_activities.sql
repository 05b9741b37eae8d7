-- A task may be linked with many records: of each kind the first counts.
with links as (
    select
        _feed,
        task_id,
        {%- for object in ['people', 'companies', 'deals'] %}
            min(case when target_object_id = '{{ object }}' then target_record_id end)
                as {{ object }}_id
            {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from {{ ref('stg_attio__task_linked_records') }}
    group by _feed, task_id
),

tasks as (
    select * from {{ ref('stg_attio__tasks') }}
),

notes as (
    select * from {{ ref('stg_attio__notes') }}
),

mapped as (
    select
        tasks.task_id as activity_id,
        links.people_id as record_id,
        links.companies_id as company_id,
        links.deals_id as deal_id,
        'task' as activity_kind,
        null as activity_status,
        null as campaign_name,
        tasks.created_by_id as owner_id,
        tasks.is_completed as is_done,
        tasks.is_deleted,
        tasks._feed,
        tasks._load_id,
        coalesce(tasks.deadline_at, tasks.created_at) as happened_at
    from tasks
    left join links on tasks._feed = links._feed and tasks.task_id = links.task_id
    union all
    select
        note_id as activity_id,
        case when parent_object = 'people' then parent_record_id end as record_id,
        case when parent_object = 'companies' then parent_record_id end as company_id,
        case when parent_object = 'deals' then parent_record_id end as deal_id,
        'note' as activity_kind,
        null as activity_status,
        null as campaign_name,
        created_by_id as owner_id,
        true as is_done,
        is_deleted,
        _feed,
        _load_id,
        created_at as happened_at
    from notes
),

final as (
    {{ conform('activities', 'mapped') }}
)

select * from final
