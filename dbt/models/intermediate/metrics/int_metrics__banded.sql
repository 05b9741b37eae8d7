-- As far around what is usual as days lay from theirs. That is asked of all weekdays of twelve
-- weeks, once in seven values: twelve distances of one weekday guess it too badly. It is measured
-- between square roots: days of twice the money vary more, and a shop's best days lie further from
-- the middle than its worst ones can.
{% set weeks = 12 %}
{% set least_values = 28 %}
with judged as (
    select * from {{ ref('int_metrics__usual') }}
),

steps as (
    {%- for step in range(1, weeks + 1) %}
        select {{ step }} as step
        {%- if not loop.last %}
            union all
        {%- endif %}
    {%- endfor %}
),

sevens as (
    select
        judged.*,
        judged.value_number - mod(judged.value_number - 1, 7) as first_number
    from judged
),

starts as (
    select distinct
        series_key,
        first_number
    from sevens
),

before as (
    select
        starts.series_key,
        starts.first_number,
        past.root_distance,
        row_number() over (
            partition by starts.series_key, starts.first_number order by past.root_distance
        ) as place,
        count(*) over (partition by starts.series_key, starts.first_number) as past_count
    from starts
    cross join steps
    inner join sevens as past
        on
            starts.series_key = past.series_key
            and starts.first_number - 7 * steps.step = past.first_number
),

-- What nine of ten days kept to, three times: in a normal series five standard deviations, in one
-- with wild days what these make of it.
reaches as (
    select
        series_key,
        first_number,
        3 * min(case when 10 * place >= 9 * past_count then root_distance end) as reach
    from before
    where past_count >= {{ least_values }}
    group by series_key, first_number
),

-- A series that hardly moves is given a fifth of its root: four tenths of its size.
rooted as (
    select
        sevens.series_key,
        sevens.metric_on,
        sevens.usual_value,
        sqrt(sevens.usual_value) as root,
        {{ greater_of('reaches.reach', '0.2 * sqrt(sevens.usual_value)') }} as reach
    from sevens
    inner join reaches
        on
            sevens.series_key = reaches.series_key
            and sevens.first_number = reaches.first_number
),

final as (
    select
        series_key,
        metric_on,
        usual_value,
        {{ as_money(
            'case when root > reach then (root - reach) * (root - reach) else 0 end', 'quantity'
        ) }} as lowest_usual_value,
        {{ as_money('(root + reach) * (root + reach)', 'quantity') }} as highest_usual_value
    from rooted
)

select * from final
