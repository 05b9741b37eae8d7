"""Stripe: what is in a payout, saved ways to pay, and the sums of an invoice."""

from collections.abc import Callable
from typing import Any

from include.connectors.stripe.hooks import prepare_invoices
from include.core import clock
from include.core.streams import Page, Tombstone, Window
from tests.unit.fake_api import FakeApi, Reply, Seen
from tests.unit.test_connector_stripe import NOW, OLD, RECENT, Account, asked, build, gone, ids

MOVED = [{"id": "txn_1", "net": 968}, {"id": "txn_po", "net": -968}]


def answering(account: Account, of_payout: bool = False) -> Callable[[Seen], Reply]:
    """The account's answers, with those lists that stand below a customer or a payout."""

    def answer(seen: Seen) -> Reply:
        if seen.path.endswith("/payment_methods") and seen.path.count("/") == 4:
            customer = seen.path.split("/")[3]
            rows = account.objects.get("payment_methods", {}).values()
            found = [row for row in rows if row["customer"] == customer]
            return Reply({"object": "list", "data": found, "has_more": False})
        if of_payout and seen.path == "/v1/balance_transactions":
            rows = MOVED if seen.query.get("payout") == "po_1" else []
            return Reply({"object": "list", "data": rows, "has_more": False})
        return account.answer(seen)

    return answer


def read(account: Account, stream: str, window: Window, **how: bool) -> tuple[list[Page], FakeApi]:
    with FakeApi(answering(account, **how)) as api, clock.frozen(NOW):
        return list(build(api).read(stream, window)), api


def method(account: Account, name: str, customer: str | None) -> dict[str, Any]:
    row = account.put("payment_methods", name, OLD, customer=customer)
    return row | {"object": "payment_method"}


def test_an_automatic_payout_comes_with_what_is_in_it() -> None:
    """Which payout took a charge stood nowhere; of a manual one Stripe cannot say."""
    account = Account()
    account.put("payouts", "po_1", OLD, automatic=True)
    account.put("payouts", "po_2", OLD, automatic=False)
    pages, api = read(account, "payouts", Window(None, NOW), of_payout=True)
    parts = {row["id"]: row.get("movements") for page in pages for row in page.records}
    assert parts == {"po_1": MOVED, "po_2": None}
    assert [seen.query["payout"] for seen in asked(api, "balance_transactions")] == ["po_1"]


def test_saved_ways_to_pay_are_asked_for_customer_by_customer_once() -> None:
    """No list has them all, and none takes a time: later reads ask for those that events name."""
    account = Account()
    for customer in ("cus_1", "cus_2"):
        account.put("customers", customer, OLD)
    method(account, "pm_1", "cus_1")
    pages, api = read(account, "payment_methods", Window(None, NOW))
    assert ids(pages) == ["pm_1"]
    assert len(asked(api, "customers/cus_1/payment_methods")) == 1
    assert len(asked(api, "customers/cus_2/payment_methods")) == 1
    account.tell("payment_method.attached", method(account, "pm_2", "cus_2") | {"created": OLD})
    account.objects["payment_methods"]["pm_2"]["object"] = "payment_method"
    pages, api = read(account, "payment_methods", RECENT)
    assert ids(pages) == ["pm_2"]
    assert not asked(api, "customers")


def test_a_way_to_pay_taken_off_its_customer_is_gone() -> None:
    """Stripe still answers it, without a customer; nobody can pay with it any more."""
    account = Account()
    account.tell("payment_method.detached", method(account, "pm_1", None))
    account.objects["payment_methods"]["pm_1"]["object"] = "payment_method"
    pages, _ = read(account, "payment_methods", RECENT)
    assert gone(pages) == [Tombstone(("pm_1",))]


def test_the_sums_of_an_invoice_tell_credits_from_discounts() -> None:
    """Tax inside prices is no part of what comes on top; lists may be null or left out."""
    found = prepare_invoices(
        {
            "total_discount_amounts": [{"amount": 500}, {"amount": 20}],
            "total_taxes": [
                {"amount": 190, "tax_behavior": "exclusive"},
                {"amount": 70, "tax_behavior": "inclusive"},
            ],
            "total_pretax_credit_amounts": [
                {"amount": 520, "type": "discount"},
                {"amount": 300, "type": "credit_balance_transaction"},
            ],
        }
    )
    sums = {"discount": 520, "exclusive_tax": 190, "inclusive_tax": 70, "billing_credit": 300}
    assert found["sums"] == sums
    empty = prepare_invoices({"total_taxes": None})
    assert empty["sums"] == dict.fromkeys(sums, 0)
