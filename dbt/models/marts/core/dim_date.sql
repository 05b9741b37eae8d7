-- The days of the calendar, and the one of facts that have none (see macros/marts/members).
with days as (
    {{ day_spine(var('first_day'), var('last_day')) }}
),

known as (
    select
        date_day,
        {{ day_number('date_day') }} as date_key,
        {{ date_number('year', 'date_day') }} as year_number,
        {{ date_number('quarter', 'date_day') }} as quarter_number,
        {{ date_number('month', 'date_day') }} as month_number,
        {{ month_name('date_day') }} as month_name,
        {{ date_number('week', 'date_day') }} as iso_week_number,
        {{ date_number('day', 'date_day') }} as day_of_month,
        {{ date_number('isodow', 'date_day') }} as day_of_week,
        {{ weekday_name('date_day') }} as day_name,
        {{ date_number('isodow', 'date_day') }} >= 6 as is_weekend
    from days
),

final as (
    select * from known
    union all
    select
        cast('1900-01-01' as date) as date_day,
        0 as date_key,
        {{ null_of('integer') }} as year_number,
        {{ null_of('integer') }} as quarter_number,
        {{ null_of('integer') }} as month_number,
        {{ unknown_member() }} as month_name,
        {{ null_of('integer') }} as iso_week_number,
        {{ null_of('integer') }} as day_of_month,
        {{ null_of('integer') }} as day_of_week,
        {{ unknown_member() }} as day_name,
        {{ null_of('boolean') }} as is_weekend
)

select * from final
