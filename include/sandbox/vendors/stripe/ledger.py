"""The objects of one Stripe account, entered from the economy's sales; `account.py` fills one."""

from datetime import datetime
from itertools import groupby

from include.sandbox.economy.business import Business
from include.sandbox.economy.records import Account, Listing, Refund, Sale, Subscription
from include.sandbox.seeded_random import build_dice, build_token
from include.sandbox.vendors.stripe import billing_shapes, invoice_shapes, shapes
from include.sandbox.vendors.stripe.checkout_shapes import build_coupon, build_sessions
from include.sandbox.vendors.stripe.credit_shapes import build_credit_note, find_made_good
from include.sandbox.vendors.stripe.shapes import Json, unix
from include.sandbox.world import START

DAY = 86_400


class StripeAccount:
    """The objects of one account.

    Attributes:
        tables: resource -> objects, newest first (ties by id, so that paging is stable).
        by_id: Every object by id, deleted ones as they were last.
        deleted: Ids of deleted objects; lists leave them out.
        payout_of: balance transaction id -> payout id, for the `payout` filter.
        invoice_lines: invoice id -> all its lines; the invoice embeds the first ten.
        charge_of_sale: sale key -> id of the charge that collected it.
        invoice_of_period: sale key of a billed period -> id of its invoice.
    """

    def __init__(self, business: Business, seed: int, now: datetime, account_id: str) -> None:
        self.business, self.seed, self.account_id = business, seed, account_id
        self.now = unix(now)
        self.tables: dict[str, list[Json]] = {name: [] for name in RESOURCES}
        self.by_id: dict[str, Json] = {}
        self.deleted: set[str] = set()
        self.payout_of: dict[str, str] = {}
        self.invoice_lines: dict[str, list[Json]] = {}
        self.charge_of_sale: dict[str, str] = {}
        self.invoice_of_period: dict[str, str] = {}
        self._refunds: dict[str, list[Json]] = {}

    def token(self, *scope: object) -> str:
        return build_token(self.seed, "stripe", self.business.tenant, *scope)

    def add(self, table: str, row: Json) -> Json:
        self.tables[table].append(row)
        self.by_id[row["id"]] = row
        return row

    def refunds_of(self, charge_id: str) -> list[Json]:
        """Refunds of a charge, newest first."""
        return self._refunds.get(charge_id, [])

    @property
    def buyers(self) -> list[Account]:
        """Whom it knows: the shop's own customers, or those of the web shop it collects for."""
        accounts = self.business.accounts
        return accounts["stripe"] if "stripe" in accounts else accounts["shopify"]

    def customer_id(self, account: Account) -> str:
        return f"cus_{self.token('customer', account.source, account.number)[:14]}"

    def enter_sales(self) -> None:
        """Customers, what is sold, and every payment of the shop's sales."""
        for account in self.buyers:
            row = shapes.build_customer(self.customer_id(account), account)
            self.add("customers", row)
            if account.deleted_at:
                self.deleted.add(row["id"])
        self._add_catalogue()
        self.add("coupons", build_coupon(unix(START)))
        for source in ("shopify", "stripe"):
            for sale in self.business.sales.get(source, []):
                if not sale.is_test:
                    self._add_sale(sale)
        self._add_subscriptions()

    def sort(self) -> None:
        """Newest first, and the refunds of a charge at hand."""
        for rows in self.tables.values():
            rows.sort(key=lambda row: (row["created"], row["id"]), reverse=True)
        for refund in self.tables["refunds"]:
            self._refunds.setdefault(refund["charge"], []).append(refund)

    def hide_deleted(self) -> None:
        """Lists leave deleted objects out; `by_id` keeps them."""
        for rows in self.tables.values():
            rows[:] = [row for row in rows if row["id"] not in self.deleted]

    def _add_catalogue(self) -> None:
        """What the shop sells by Stripe itself, and what it bills every month."""
        if "stripe" in self.business.accounts:
            for listing in self.business.listings:
                self._add_listing(listing)
        for plan in self.business.subscriptions:
            price_id = self.monthly_price_id(plan)
            product_id = self.product_id(plan.listing.number)
            if product_id not in self.by_id:
                row = billing_shapes.build_product(product_id, plan.listing, price_id)
                self.add("products", row)
            if price_id not in self.by_id:
                created = unix(plan.started_at)
                row = billing_shapes.build_price(
                    price_id, product_id, plan.unit, created, True, True
                )
                self.add("prices", row)

    def _add_listing(self, listing: Listing) -> None:
        product_id = self.product_id(listing.number)
        for position, (since, cents) in enumerate(listing.prices):
            price_id = self.price_id(listing.number, position)
            current = position == len(listing.prices) - 1
            row = billing_shapes.build_price(
                price_id, product_id, cents, unix(since), current, False
            )
            self.add("prices", row)
        self.add("products", billing_shapes.build_product(product_id, listing, price_id))

    def product_id(self, listing_number: int) -> str:
        return f"prod_{self.token('product', listing_number)[:14]}"

    def subscription_id(self, plan: Subscription) -> str:
        return f"sub_1{self.token('subscription', plan.number)}"

    def monthly_price_id(self, plan: Subscription) -> str:
        return f"price_1{self.token('monthly', plan.listing.number, plan.unit)}"

    def price_id(self, listing_number: int, version: int) -> str:
        return f"price_1{self.token('price', listing_number, version)}"

    def _price_ids(self, sale: Sale) -> list[tuple[str, str]]:
        found = []
        for line in sale.lines:
            held = sum(since <= sale.placed_at for since, _ in line.listing.prices)
            product = self.product_id(line.listing.number)
            found.append((product, self.price_id(line.listing.number, max(held - 1, 0))))
        return found

    def _add_sale(self, sale: Sale) -> None:
        payment = None
        if sale.paid_at is not None:
            payment = self._add_payment(sale)
        if sale.channel == "invoice":
            invoice_id = f"in_1{self.token('invoice', sale.number)}"
            lines = invoice_shapes.build_invoice_lines(
                invoice_id, sale, self._price_ids(sale), None
            )
            self._add_invoice(invoice_id, sale, lines, payment, None)

    def _add_invoice(
        self,
        invoice_id: str,
        sale: Sale,
        lines: list[Json],
        charge: Json | None,
        subscription: str | None,
    ) -> None:
        assert sale.account is not None
        payment = None
        if charge is not None:
            payment = {
                "id": f"inpay_{invoice_id[3:]}",
                "object": "invoice_payment",
                "amount_paid": charge["amount"],
                "amount_requested": charge["amount"],
                "created": charge["created"],
                "currency": "usd",
                "invoice": invoice_id,
                "is_default": True,
                "livemode": shapes.LIVEMODE,
                "payment": {"payment_intent": charge["payment_intent"], "type": "payment_intent"},
                "status": "paid",
                "status_transitions": {"canceled_at": None, "paid_at": charge["created"]},
            }
            self.add("invoice_payments", payment)
        self.invoice_lines[invoice_id] = lines
        customer = self.customer_id(sale.account)
        invoice = self.add(
            "invoices",
            invoice_shapes.build_invoice(invoice_id, sale, customer, lines, payment, subscription),
        )
        for position, refund in enumerate(sale.refunds):
            paid = f"re_3{self.token('refund', sale.channel, sale.number, position)}"
            self._add_credit_note(invoice, refund, position, paid)

    def _add_credit_note(
        self, invoice: Json, refund: Refund, position: int, paid: str | None
    ) -> None:
        number = f"{invoice['number']}-CN-{position + 1:02d}"
        note_id = f"cn_1{self.token('credit', invoice['id'], position)}"
        self.add("credit_notes", build_credit_note(note_id, number, invoice, refund, paid))
        invoice["post_payment_credit_notes_amount"] += refund.total

    def _add_payment(self, sale: Sale) -> Json:
        """Intent, charge (sometimes after a declined one), balance transaction and refunds."""
        assert sale.paid_at is not None
        created = unix(sale.paid_at)
        scope = (sale.channel, sale.number)
        text, metadata = describe(sale)
        charge = shapes.build_charge(
            f"ch_3{self.token('charge', *scope)}", sale, created, text, metadata
        )
        charge["customer"] = self.customer_id(sale.account) if sale.account else None
        charge["payment_intent"] = f"pi_3{self.token('intent', *scope)}"
        charge["payment_method"] = f"pm_1{self.token('method', *scope)}"
        if build_dice(self.seed, "declined", sale.key).random() < 0.03:
            self._add_declined(charge, scope)
        self.add("charges", charge)
        self.charge_of_sale[sale.key] = charge["id"]
        intent = self.add(
            "payment_intents", shapes.build_intent(charge["payment_intent"], charge, created)
        )
        if sale.cancelled_at is not None:
            self._release(charge, intent, scope, unix(sale.cancelled_at))
            return charge
        fee = (charge["amount_captured"] * 29 + 500) // 1000 + 30
        charge["balance_transaction"] = self.add_balance(
            charge["id"], charge["amount"], fee, created, "charge"
        )
        if sale.authorised:
            self._return_rest(charge, f"re_3{self.token('rest', *scope)}", created)
        for position, refund in enumerate(sale.refunds):
            self._add_refund(
                charge,
                f"re_3{self.token('refund', *scope, position)}",
                refund.total,
                unix(refund.refunded_at),
            )
        return charge

    def _return_rest(self, charge: Json, refund_id: str, at: int) -> None:
        """What was held and not captured: Stripe calls it a refund, and its balance takes it back.

        Source: docs.stripe.com/reports/reporting-categories, `partial_capture_reversal`.
        """
        rest = charge["amount"] - charge["amount_captured"]
        row = self.add("refunds", shapes.build_refund(refund_id, charge, rest, at))
        row["balance_transaction"] = self.add_balance(
            refund_id, -rest, 0, at, "refund", "partial_capture_reversal"
        )
        charge["amount_refunded"] += rest

    def _add_declined(self, charge: Json, scope: tuple[str, int]) -> None:
        self.add(
            "charges",
            charge
            | {
                "id": f"ch_3{self.token('declined', *scope)}",
                "amount_captured": 0,
                "captured": False,
                "created": charge["created"] - 60,
                "failure_code": "card_declined",
                "failure_message": "Your card was declined.",
                "outcome": {
                    "network_status": "declined_by_network",
                    "reason": "generic_decline",
                    "seller_message": "The bank did not return any further details.",
                    "type": "issuer_declined",
                },
                "paid": False,
                "status": "failed",
            },
        )

    def _release(self, charge: Json, intent: Json, scope: tuple[str, int], at: int) -> None:
        """Cancelled before capture: the hold is released, no money moved."""
        charge |= {
            "captured": False,
            "amount_captured": 0,
            "amount_refunded": charge["amount"],
            "refunded": True,
        }
        intent |= {
            "status": "canceled",
            "amount_received": 0,
            "canceled_at": at,
            "cancellation_reason": "requested_by_customer",
            "capture_method": "manual",
        }
        self.add(
            "refunds",
            shapes.build_refund(
                f"re_3{self.token('release', *scope)}", charge, charge["amount"], at
            ),
        )

    def add_balance(
        self,
        source: str,
        amount: int,
        fee: int,
        created: int,
        kind: str,
        category: str | None = None,
    ) -> str:
        """Book an amount and its fee; answers the balance transaction's id."""
        txn_id = f"txn_3{self.token('txn', source, kind)}"
        self.add(
            "balance_transactions",
            shapes.build_balance(
                txn_id,
                shapes.BalanceMove(source, amount, fee, created, kind, category),
                self.now,
            ),
        )
        return txn_id

    def _add_refund(self, charge: Json, refund_id: str, amount: int, at: int) -> None:
        row = self.add("refunds", shapes.build_refund(refund_id, charge, amount, at))
        row["balance_transaction"] = self.add_balance(refund_id, -amount, 0, at, "refund")
        charge["amount_refunded"] += amount
        charge["refunded"] = charge["amount_refunded"] >= charge["amount"]

    def _add_subscriptions(self) -> None:
        for plan in self.business.subscriptions:
            subscription_id = self.subscription_id(plan)
            price = self.by_id[self.monthly_price_id(plan)]
            invoice_id = first_invoice = None
            for sale in plan.sales:
                invoice_id = f"in_1{self.token('period', sale.number)}"
                self.invoice_of_period[sale.key] = invoice_id
                first_invoice = first_invoice or invoice_id
                item = (subscription_id, f"si_{subscription_id[4:]}")
                prices = [(price["product"], price["id"])]
                lines = invoice_shapes.build_invoice_lines(invoice_id, sale, prices, item)
                charge = self.by_id[self.charge_of_sale[sale.key]]
                self._add_invoice(invoice_id, sale, lines, charge, subscription_id)
            if made_good := find_made_good(plan, self.now):
                sale, refund = made_good
                invoice = self.by_id[self.invoice_of_period[sale.key]]
                self._add_credit_note(invoice, refund, len(sale.refunds), None)
            customer = self.customer_id(plan.account)
            began = {"subscription": subscription_id, "invoice": first_invoice}
            token = self.token("session", plan.number)
            for row in build_sessions(token, plan, customer, began, self.now):
                self.add("checkout/sessions", row)
            self.add(
                "subscriptions",
                billing_shapes.build_subscription(
                    subscription_id, plan, customer, price, invoice_id
                ),
            )

    def enter_payouts(self) -> None:
        """Every week the available balance goes to the bank; a negative week is carried over."""
        ready = sorted(
            self.tables["balance_transactions"], key=lambda row: (row["available_on"], row["id"])
        )
        carried: list[Json] = []
        for week, members in groupby(ready, key=lambda row: row["available_on"] // (7 * DAY)):
            created = (week + 1) * 7 * DAY
            carried += members
            amount = sum(row["net"] for row in carried)
            if created >= self.now or amount <= 0:
                continue
            payout_id = f"po_1{self.token('payout', week)}"
            txn = self.add_balance(payout_id, -amount, 0, created, "payout")
            self.add(
                "payouts", billing_shapes.build_payout(payout_id, txn, amount, created, self.now)
            )
            for row in carried:
                self.payout_of[row["id"]] = payout_id
            self.payout_of[txn] = payout_id
            carried = []


RESOURCES = (
    "customers",
    "charges",
    "payment_intents",
    "refunds",
    "balance_transactions",
    "payouts",
    "products",
    "prices",
    "invoices",
    "subscriptions",
    "disputes",
    "events",
    "credit_notes",
    "invoice_payments",
    "coupons",
    "checkout/sessions",
    "payment_methods",
    "transfers",
)


def describe(sale: Sale) -> tuple[str, Json]:
    """Charge description and metadata: a shop order names its number, a counter sale its goods."""
    if sale.channel == "online":
        return f"Order #{1000 + sale.number}", {"order_id": str(1000 + sale.number)}
    if sale.channel == "invoice":
        return f"Payment for Invoice INV-{sale.number:05d}", {}
    if sale.channel == "subscription":
        return "Subscription update", {}
    goods = ", ".join(f"{line.quantity}x {line.listing.title}" for line in sale.lines)
    return f"Counter sale C-{sale.number:05d}: {goods}"[:500], {"receipt": f"C-{sale.number:05d}"}
