{#- One name a site, where several are usual. -#}
{% macro site_name(column) -%}
    case
        when {{ column }} in ('fb', 'facebook.com', 'fb.me', 'business.facebook.com') then 'facebook'
        when {{ column }} in ('ig', 'instagram.com') then 'instagram'
        when {{ column }} in ('t.co', 'x.com', 'twitter.com', 'x') then 'twitter'
        when {{ column }} in ('lnkd.in', 'linkedin.com') then 'linkedin'
        when {{ column }} in ('yt', 'youtube.com') then 'youtube'
        when {{ column }} in ('bing.com', 'cn.bing.com') then 'bing'
        when {{ column }} in ('adwords', 'googleads', 'google ads') then 'google'
        when {{ column }} in ('duckduckgo.com', 'ddg') then 'duckduckgo'
        when {{ column }} like '%search.yahoo.%' then 'yahoo'
        when {{ column }} like 'google.%' then 'google'
        when {{ column }} like 'pinterest.%' or {{ column }} like '%.pinterest.%' then 'pinterest'
        else {{ column }}
    end
{%- endmacro %}


{#- Pages of payment providers and banks that buyers come back from. -#}
{% macro payment_hosts() %}
    {{ return([
        'paypal.com', 'sandbox.paypal.com', 'checkout.stripe.com', 'hooks.stripe.com', 'js.stripe.com',
        'pay.google.com', 'payments.google.com', 'pay.shopify.com', 'checkout.shopify.com',
        'shop.app', 'klarna.com', 'pay.klarna.com', 'payments.klarna.com', 'afterpay.com',
        'portal.afterpay.com', 'affirm.com', 'sezzle.com', 'checkout.square.site', 'squareup.com',
        'pay.amazon.com', 'payments.amazon.com', 'mollie.com', 'sofort.com', 'secure.worldpay.com',
        'adyen.com', 'checkoutshopper-live.adyen.com', '3dsecure.io', 'acs.revolut.com', 'giropay.de',
        'ideal.nl', 'checkout.com', 'secure.authorize.net', 'razorpay.com', 'payu.com',
    ]) }}
{% endmacro %}
