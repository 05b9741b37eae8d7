with unioned as (
    {{ union_concept('costs') }}
)

select * from unioned
