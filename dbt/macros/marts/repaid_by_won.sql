{#-
    The select of what the customers brought that a day, channel and campaign won, and after how many
    days that reached what they cost: performance_key, won_revenue_amount, payback_days (null before,
    and without spend). Every conversion of such a person counts, later ones of any channel too, in the
    part in which the row won them.

    credits: relation of credits with performed_on; performed: one with performance_key and spend_cost.
-#}
{% macro repaid_by_won(credits, performed, own_model, key) %}
    select
        grown.performance_key,
        sum(grown.revenue_amount) as won_revenue_amount,
        min(
            case
                when {{ performed }}.spend_cost > 0 and grown.revenue_so_far >= {{ performed }}.spend_cost
                    then grown.days_since
            end
        ) as payback_days
    from (
        select
            returned.*,
            sum(returned.revenue_amount) over (
                partition by returned.performance_key
                order by returned.days_since
                rows between unbounded preceding and current row
            ) as revenue_so_far
        from (
            select
                won.performance_key,
                won.days_since,
                sum(won.revenue_amount) as revenue_amount
            from (
                select
                    {{ key }} as performance_key,
                    {{ days_between('first_ones.performed_on', 'conversions.converted_on') }} as days_since,
                    first_ones.credit * conversions.revenue_amount as revenue_amount
                from (
                    select performed_on, channel, campaign_name, currency_code, customer_id, credit
                    from {{ credits }}
                    where
                        attribution_model = '{{ own_model }}'
                        and is_first_of_customer
                        and customer_id is not null
                ) as first_ones
                inner join (
                    select
                        customer_id as buyer_id,
                        currency_code as paid_currency_code,
                        converted_on,
                        revenue_amount
                    from {{ ref('int_conversions__counted') }}
                ) as conversions
                    on
                        first_ones.customer_id = conversions.buyer_id
                        and first_ones.currency_code = conversions.paid_currency_code
                        and first_ones.performed_on <= conversions.converted_on
            ) as won
            group by won.performance_key, won.days_since
        ) as returned
    ) as grown
    left join {{ performed }} on grown.performance_key = {{ performed }}.performance_key
    group by grown.performance_key
{% endmacro %}
