with unioned as (
    {{ union_concept('sessions') }}
)

select * from unioned
