{#-
    Ways to share a conversion among the touches before it -> a touch's weight. Only the ratios of
    weights in one journey matter; macro spread makes amounts of them that add up to the cent.

    position_based is 40/20/40 in whole numbers: the ends weigh twice as much as all between. Shapley
    with a coalition worth the revenue of the journeys inside it is an equal split over a journey's
    distinct channels (Zhao et al. 2018, Shapley Value Methods for Attribution Modeling, eq. 8).
-#}
{% macro attribution_models() %}
    {{ return({
        'first_touch': 'case when touch_position = 1 then 1 else 0 end',
        'last_touch': 'case when touch_position = touches_count then 1 else 0 end',
        'last_non_direct': 'case when is_last_non_direct then 1 else 0 end',
        'linear': '1',
        'position_based': 'case when touches_count <= 2 then 1
            when touch_position in (1, touches_count) then 2 * (touches_count - 2) else 1 end',
        'time_decay': powered(
            'cast(0.5 as numeric)',
            'cast(days_before_last as numeric) / {}'.format(attribution_setting('half_life_days', 7))
        ),
        'shapley': 'cast(1 as numeric) / channel_touches_count',
        'markov': 'removal_effect / channel_touches_count',
    }) }}
{% endmacro %}


{#- The select of a weight per touch and model; what no touch led to has one at (none). -#}
{% macro weighed_touches(journeys, untouched) %}
    {%- for name, weight in attribution_models().items() %}
        select
            conversion_id,
            channel,
            campaign_name,
            touch_position,
            '{{ name }}' as attribution_model,
            {{ weight }} as weight
        from {{ journeys }}
        union all
        select
            conversion_id,
            '(none)' as channel,
            '(none)' as campaign_name,
            1 as touch_position,
            '{{ name }}' as attribution_model,
            1 as weight
        from {{ untouched }}
        {%- if not loop.last %}
            union all
        {%- endif %}
    {%- endfor %}
{% endmacro %}
