with unioned as (
    {{ union_concept('spend') }}
)

select * from unioned
