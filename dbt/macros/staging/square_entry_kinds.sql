{#- Square's type of an entry of a payout -> kind of movement (ActivityType of its API specification). What is
    lent, saved, folded away or paid to staff out of the balance goes to another account of the seller. -#}
{% macro square_entry_kinds() %}
    {{ return({
        'charge': ['CHARGE'],
        'refund': ['REFUND'],
        'dispute': ['DISPUTE', 'OPEN_DISPUTE'],
        'fee': [
            'FEE', 'DEPOSIT_FEE', 'DEPOSIT_FEE_REVERSED', 'APP_FEE_REVENUE', 'APP_FEE_REFUND',
            'FREE_PROCESSING', 'PAID_SERVICE_FEE', 'PAID_SERVICE_FEE_REFUND', 'SUBSCRIPTION_FEE',
            'SUBSCRIPTION_FEE_PAID_REFUND', 'SUBSCRIPTION_FEE_REFUND', 'TAX_ON_FEE', 'THIRD_PARTY_FEE',
            'THIRD_PARTY_FEE_REFUND', 'LOCAL_OFFERS_FEE', 'PROCESSING_FEE', 'PROCESSING_FEE_REFUND',
            'UNDO_PROCESSING_FEE_REFUND', 'GIFT_CARD_LOAD_FEE', 'GIFT_CARD_LOAD_FEE_REFUND',
            'UNDO_GIFT_CARD_LOAD_FEE_REFUND',
        ],
        'transfer': [
            'MONEY_TRANSFER', 'MONEY_TRANSFER_REVERSAL', 'AUTOMATIC_SAVINGS',
            'AUTOMATIC_SAVINGS_REVERSED', 'SQUARE_CAPITAL_PAYMENT', 'SQUARE_CAPITAL_REVERSED_PAYMENT',
            'AUTOMATIC_BITCOIN_CONVERSIONS', 'AUTOMATIC_BITCOIN_CONVERSIONS_REVERSED',
            'CREDIT_CARD_REPAYMENT', 'CREDIT_CARD_REPAYMENT_REVERSED',
            'PERCENTAGE_PROCESSING_REPAYMENT', 'PERCENTAGE_PROCESSING_REPAYMENT_REVERSED',
            'BALANCE_FOLDERS_TRANSFER', 'BALANCE_FOLDERS_TRANSFER_REVERSED', 'GIFT_CARD_POOL_TRANSFER',
            'GIFT_CARD_POOL_TRANSFER_REVERSED', 'SQUARE_PAYROLL_TRANSFER',
            'SQUARE_PAYROLL_TRANSFER_REVERSED',
        ],
        'reserve': ['RESERVE_HOLD', 'RESERVE_RELEASE', 'HOLD_ADJUSTMENT', 'RELEASE_ADJUSTMENT'],
        'payout_back': ['RETURNED_PAYOUT', 'PAYOUT'],
    }) }}
{% endmacro %}
