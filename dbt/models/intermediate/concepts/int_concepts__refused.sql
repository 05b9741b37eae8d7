-- What the mappings of the tenant's own streams (`concepts` in its file) could not take.
with refused as (
    select
        {{ null_of('text') }} as concept,
        {{ null_of('text') }} as column_name,
        {{ null_of('text') }} as reason,
        {{ null_of('text') }} as source_connector,
        {{ null_of('text') }} as source_stream,
        {{ null_of('text') }} as source_record_id,
        {{ null_of('bigint') }} as row_rank,
        {{ null_of('text') }} as _feed,
        {{ null_of('bigint') }} as _load_id
    from (select 1 as one) as one_row
    where 1 = 0
    {%- for concept, mappings in concept_maps().items() %}
        {%- for mapping in mappings %}
            {{ refused_values(concept, mapping) }}
        {%- endfor %}
    {%- endfor %}
),

final as (
    select
        {{ hash_key([
            'concept', 'column_name', 'reason', '_feed', 'source_stream', 'source_record_id', 'row_rank'
        ]) }} as refused_key,
        concept,
        column_name,
        reason,
        source_connector,
        source_stream,
        source_record_id,
        count(*) as records_count,
        _feed,
        max(_load_id) as _load_id
    from refused
    group by
        concept,
        column_name,
        reason,
        source_connector,
        source_stream,
        source_record_id,
        row_rank,
        _feed
)

select * from final
