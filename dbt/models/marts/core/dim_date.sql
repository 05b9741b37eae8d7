with days as (
    {{ day_spine(var('first_day'), var('last_day')) }}
),

final as (
    select
        date_day,
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
)

select * from final
