{% set doublings = 10 %}

-- Removal effect of each channel: the share of conversions that would be lost without it, in the
-- Markov chain of all journeys (Anderl et al. 2016, Mapping the customer journey). Exact
-- without solving it anew for each channel: what is lost visits the channel and converts later, so
-- the effect is P(visit) x P(conversion from there) / P(conversion). Both come from the fundamental
-- matrix, the sum of all powers of the chain, by doubling: 10 times are 1,024 steps. Chances below
-- one in a million millions are left out: PostgreSQL refuses what a double cannot hold (0.2 ^ 512).
with chances as (
    select * from {{ ref('int_journeys__stepped') }}
),

powers_0 as (
    select * from chances
    where there not in ('conversion', 'nothing')
),

visits_0 as (
    select distinct
        here,
        here as there,
        cast(1 as {{ type_of('ratio') }}) as visits
    from chances
),

{% for place in range(doublings) %}
    visits_{{ place + 1 }} as (
        select
            here,
            there,
            sum(visits) as visits
        from (
            select * from visits_{{ place }}
            union all
            select
                visits.here,
                powers.there,
                visits.visits * powers.chance as visits
            from visits_{{ place }} as visits
            inner join powers_{{ place }} as powers on visits.there = powers.here
        ) as added
        group by here, there
    ),

    powers_{{ place + 1 }} as (
        select
            firsts.here,
            seconds.there,
            sum(firsts.chance * seconds.chance) as chance
        from powers_{{ place }} as firsts
        inner join powers_{{ place }} as seconds on firsts.there = seconds.here
        group by firsts.here, seconds.there
        having sum(firsts.chance * seconds.chance) > 0.000000000001
    ),
{% endfor %}

successes as (
    select
        visits.here,
        sum(visits.visits * chances.chance) as success
    from visits_{{ doublings }} as visits
    inner join chances on visits.there = chances.here
    where chances.there = 'conversion'
    group by visits.here
),

effects as (
    select
        came.there as channel,
        came.visits / back.visits * successes.success / whole.success as effect
    from visits_{{ doublings }} as came
    inner join visits_{{ doublings }} as back
        on came.there = back.here and came.there = back.there
    inner join successes on came.there = successes.here
    inner join successes as whole on came.here = whole.here
    where came.here = '(start)' and came.there <> '(start)'
),

final as (
    select
        channel,
        {{ as_money('effect', 'price') }} as removal_effect
    from effects
)

select * from final
