-- What people were worth and what the year after is expected to bring. Predictions are made in
-- Python (fits), per currency; where there is none, the status says why.
with purchases as (
    select * from {{ ref('int_purchases__daily') }}
),

customers as (
    select * from {{ ref('dim_customers') }}
    where is_current
),

models as (
    select * from {{ source('fits', 'lifetime_models') }}
),

predictions as (
    select * from {{ source('fits', 'lifetime_predictions') }}
),

historic as (
    select
        customer_id,
        currency_code,
        min(purchased_on) as first_purchased_on,
        max(purchased_on) as last_purchased_on,
        count(*) as purchase_days_count,
        sum(orders_count) as orders_count,
        sum(revenue_amount) as revenue_amount
    from purchases
    group by customer_id, currency_code
),

joined as (
    select
        historic.*,
        models.prediction_reason,
        models.observed_until,
        predictions.chance_alive,
        predictions.expected_purchases,
        predictions.expected_value,
        {{ member_or_unknown('customers.customer_sk') }} as customer_sk,
        predictions.customer_id is not null as is_predicted,
        coalesce(models.prediction_status, 'not_fitted') as prediction_status
    from historic
    left join customers on historic.customer_id = customers.customer_id
    left join models on historic.currency_code = models.currency_code
    left join predictions
        on
            historic.customer_id = predictions.customer_id
            and historic.currency_code = predictions.currency_code
            and models.prediction_status = 'predicted'
),

final as (
    select
        {{ hash_key(['customer_id', 'currency_code']) }} as customer_lifetime_value_key,
        customer_id,
        customer_sk,
        currency_code,
        first_purchased_on,
        last_purchased_on,
        observed_until as observed_until_on,
        cast(purchase_days_count as {{ type_of('bigint') }}) as purchase_days_count,
        cast(orders_count as {{ type_of('bigint') }}) as orders_count,
        {{ as_money('revenue_amount') }} as historic_revenue_amount,
        {{ as_money('chance_alive', 'price') }} as chance_alive,
        {{ as_money('expected_purchases', 'quantity') }} as predicted_purchases_count,
        {{ to_minor_unit(as_money('expected_value'), 'currency_code') }}
            as predicted_purchase_amount,
        {{ to_minor_unit(as_money('expected_purchases * expected_value'), 'currency_code') }}
            as predicted_revenue_amount,
        case
            when is_predicted then 'predicted'
            when prediction_status = 'predicted' then 'nothing_kept'
            else prediction_status
        end as prediction_status,
        case
            when is_predicted then cast(null as {{ type_of('text') }})
            when prediction_status = 'predicted' then 'no purchase was kept after refunds'
            when prediction_status = 'not_fitted' then 'nothing was fitted yet'
            else prediction_reason
        end as prediction_reason
    from joined
)

select * from final
