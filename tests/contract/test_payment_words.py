"""Payment words that vendors list have a code; check unknown_payment_words names the rest."""

import pytest

from tests.contract.dbt_models import RENDERER

WORDS: dict[str, list[str]] = RENDERER.macros["payment_method_words"]()  # type: ignore[assignment]
KNOWN = {word for words in WORDS.values() for word in words}
# As the vendors list them: Stripe's PaymentMethod.type (OpenAPI of 2026-08-21), Square's
# source_type, CardBrand, external types and brands of wallets (OpenAPI of 2025-08-20).
LISTED = {
    "stripe": """acss_debit affirm afterpay_clearpay alipay alma amazon_pay au_becs_debit bacs_debit
    bancontact billie bizum blik boleto capchase_pay card card_present cashapp check_scan
    customer_balance duitnow edenred eps fpx gcash getbalance giropay gopay grabpay
    id_bank_transfer ideal interac_present kakao_pay klarna knet konbini kr_card kriya link mb_way
    mobilepay momo mondu multibanco naver_pay netbanking ng_bank ng_bank_transfer ng_card ng_ussd
    ng_wallet nz_bank_account octopus oxxo p24 paper_check pay_by_bank payco paynow paypal payto
    paypay pix promptpay qris rechnung revolut_pay samsung_pay satispay scalapay sepa_debit sequra
    shopeepay sofort stripe_balance sunbit swish tamara touch_n_go truemoney twint upi
    us_bank_account us_cash_voucher vipps wechat_pay wero zip""",
    "square": """card bank_account wallet buy_now_pay_later square_account cash other_brand visa
    mastercard american_express discover discover_diners jcb china_unionpay square_gift_card
    square_capital_card interac eftpos felica ebt third_party_card cash_app paypay alipay
    rakuten_pay au_pay d_barai merpay wechat_pay afterpay clearpay check bank_transfer
    other_gift_card square_cash food_voucher emoney stored_balance""",
}


@pytest.mark.parametrize("vendor", sorted(LISTED))
def test_every_word_a_vendor_lists_has_a_code(vendor: str) -> None:
    """A buyer in Kuala Lumpur, Tokyo or Lisbon paid by `other`."""
    words = LISTED[vendor].split()
    assert len(words) > 30
    assert [word for word in words if word not in KNOWN] == []


def test_a_word_has_one_code() -> None:
    """The first that is written would win, silently."""
    assert len(KNOWN) == sum(len(words) for words in WORDS.values())


def test_words_are_compared_in_small_letters() -> None:
    assert {word for word in KNOWN if word != word.lower()} == set()
