{#- A source's word for how money came in -> one code of dim_payment_method; null stays null. -#}
{% macro payment_method(column) -%}
    case
        when {{ column }} is null then null
        {%- for code, words in payment_method_words().items() %}
        when lower({{ column }}) in ('{{ words | join("', '") }}') then '{{ code }}'
        {%- endfor %}
        else 'other'
    end
{%- endmacro %}


{% macro payment_method_words() %}
    {{ return({
        'card': [
            'card', 'credit_card', 'credit card', 'debit_card', 'debit card', 'creditcard', 'visa',
            'mastercard', 'amex', 'american express', 'discover', 'shopify_payments', 'stripe',
            'card_present', 'interac_present', 'link', 'diners', 'jcb', 'maestro', 'unionpay',
            'eftpos', 'card payment', 'square_account', 'girocard', 'cartes_bancaires',
            'bogus', 'knet', 'kr_card', 'ng_card', 'click_to_pay', 'third_party_card', 'other_brand',
            'american_express', 'discover_diners', 'china_unionpay', 'square_capital_card', 'interac',
            'felica', 'ebt',
        ],
        'wallet': ['apple_pay', 'apple pay', 'google_pay', 'google pay', 'shop_pay', 'wallet', 'amazon_pay',
            'cashapp', 'square_cash', 'alipay', 'wechat_pay', 'paypay', 'mobilepay', 'swish',
            'twint', 'emoney', 'stored_balance', 'cash_app', 'rakuten_pay', 'au_pay', 'd_barai', 'merpay',
            'bizum', 'edenred', 'gcash', 'gopay', 'grabpay', 'kakao_pay', 'mb_way', 'momo', 'naver_pay',
            'ng_wallet', 'octopus', 'payco', 'qris', 'revolut_pay', 'samsung_pay', 'satispay',
            'shopeepay', 'stripe_balance', 'touch_n_go', 'truemoney', 'vipps', 'wero',],
        'paypal': ['paypal', 'venmo'],
        'bank_transfer': [
            'bank_transfer', 'bank transfer', 'wire', 'ach', 'ach_debit', 'us_bank_account', 'sepa',
            'sepa_debit', 'direct debit', 'customer_balance', 'acss_debit', 'bacs_debit',
            'au_becs_debit', 'bank_account', 'ach_credit_transfer', 'bank deposit', 'ideal',
            'bancontact', 'eps', 'giropay', 'p24', 'sofort', 'pay_by_bank', 'wire transfer',
            'wire_transfer', 'multibanco', 'blik', 'fpx', 'pix', 'boleto', 'boku_promptpay', 'duitnow',
            'id_bank_transfer', 'netbanking', 'ng_bank', 'ng_bank_transfer', 'ng_ussd',
            'nz_bank_account', 'paynow', 'payto', 'promptpay', 'upi',
        ],
        'buy_now_pay_later': ['klarna', 'affirm', 'afterpay', 'afterpay_clearpay', 'shop_cash',
            'shopify_installments', 'buy_now_pay_later', 'zip', 'clearpay', 'alma', 'billie',
            'capchase_pay', 'getbalance', 'kriya', 'mondu', 'rechnung', 'scalapay', 'sequra', 'sunbit',
            'tamara',],
        'cash': ['cash', 'cash on delivery', 'cash_on_delivery', 'cod', 'konbini', 'oxxo',
            'us_cash_voucher'],
        'check': ['check', 'cheque', 'check_scan', 'paper_check'],
        'gift_card': ['gift_card', 'gift card', 'giftcard', 'store_credit', 'store credit',
            'square_gift_card', 'other_gift_card', 'shopify_store_credit', 'food_voucher',],
        'invoice': ['invoice', 'on account', 'credit terms', 'net 30', 'manual'],
    }) }}
{% endmacro %}


{#- One row per code, those no word maps to included. -#}
{% macro payment_method_rows() %}
    {%- for code in payment_method_words().keys() | list + ['other', 'unknown'] %}
    select cast('{{ code }}' as {{ type_of('text') }}) as payment_method
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
{% endmacro %}
