-- How much of our revenue does each way of sharing it give to each channel?
select
    channel,
    currency,
    sum(revenue_first_touch) as first_touch,
    sum(revenue_last_touch) as last_touch,
    sum(revenue_linear) as linear,
    sum(revenue_position_based) as position_based,
    sum(revenue_time_decay) as time_decay,
    sum(revenue_shapley) as shapley,
    sum(revenue_markov) as markov
from {{ ref('bi_channel_performance') }}
group by channel, currency
order by last_touch desc
