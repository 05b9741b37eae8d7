"""One Square seller filled from the economy: every object it holds, in tables by endpoint."""

from datetime import datetime

from include.sandbox.economy.business import Business
from include.sandbox.economy.point_of_sale import Tills
from include.sandbox.economy.records import Account, Sale
from include.sandbox.seeded_random import build_dice, build_token
from include.sandbox.vendors.square import goods, orders, payments
from include.sandbox.vendors.square.disputes import build_dispute, is_disputed, list_moves
from include.sandbox.vendors.square.money import Json, moment, money
from include.sandbox.vendors.square.places import build_location, location_id

SOURCE = "square"
TABLES = (
    "locations",
    "payments",
    "refunds",
    "disputes",
    "orders",
    "customers",
    "catalog",
    "counts",
    "payouts",
    "payout_entries",
)


class SquareSeller:
    """The objects of one seller.

    Attributes:
        tables: name -> objects, oldest first.
        order_of: sale key -> id of its order.
        payment_of: sale key -> id of the payment that went through.
        moves_of: sale key -> when its dispute took (below 0: brought back) how many cents.
    """

    def __init__(self, business: Business, tills: Tills, seed: int, now: datetime) -> None:
        self.tills = tills
        self.business, self.seed, self.now = business, seed, now
        self.tables: dict[str, list[Json]] = {name: [] for name in TABLES}
        self.order_of: dict[str, str] = {}
        self.payment_of: dict[str, str] = {}
        self.moves_of: dict[str, list[tuple[datetime, int]]] = {}
        self._variations: dict[str, Json] = {}
        self.tables["locations"] = [build_location(place, now) for place in tills.places]
        self._add_customers()
        self._add_catalog()
        for sale in tills.sales:
            self._add_sale(sale)
        self._add_counts()
        for rows in self.tables.values():
            rows.sort(key=lambda row: (row.get("created_at", ""), row.get("id", "")))

    def token(self, *scope: object) -> str:
        return build_token(self.seed, "square", self.business.tenant, *scope, length=24).upper()

    def customer_id(self, account: Account) -> str:
        return self.token("customer", account.source, account.number)

    def variation_of(self, sku: str) -> Json:
        return self._variations[sku]

    def _add_customers(self) -> None:
        for account in self.business.accounts.get(SOURCE, []):
            self.tables["customers"].append(self._build_customer(account))

    def _build_customer(self, account: Account) -> Json:
        home = account.address
        found: Json = {
            "id": self.customer_id(account),
            "created_at": moment(account.created_at),
            "updated_at": moment(account.updated_at),
            "version": len(account.edits) + len(account.addresses) - 1,
            "creation_source": "DIRECTORY" if account.number % 4 else "INSTANT_PROFILE",
            "group_ids": [] if account.number % 3 else ["REGULARS"],
            "preferences": {"email_unsubscribed": account.number % 7 == 0},
            "address": {
                "address_line_1": home.street,
                "address_line_2": home.street2,
                "locality": home.city,
                "administrative_district_level_1": home.state_code,
                "postal_code": home.postal_code,
                "country": home.country_code,
            },
        }
        known = {
            "given_name": account.first_name,
            "family_name": account.last_name,
            "company_name": account.company_name,
            "email_address": account.email,
            "phone_number": account.phone,
            "note": next((text for _, name, text in account.edits if name == "note"), None),
            "birthday": f"0000-{account.number % 12 + 1:02d}-14" if account.number % 5 == 0 else "",
        }
        # Square leaves unset fields out.
        return found | {name: value for name, value in known.items() if value}

    def _add_catalog(self) -> None:
        rows = self.tables["catalog"]
        categories: dict[str, str] = {}
        for listing in self.business.listings:
            if listing.category not in categories:
                categories[listing.category] = self.token("category", listing.category)
                name, category = listing.category, categories[listing.category]
                rows.append(goods.build_category(name, category, listing.created_at))
            variations = [
                goods.build_variation(listing, variant, self.token)
                for variant in range(len(listing.variants))
            ]
            for variant, variation in enumerate(variations):
                self._variations[listing.variant_sku(variant)] = variation
            category = categories[listing.category]
            rows.append(goods.build_item(listing, variations, category, self.token))
            rows += variations
        if self.now > goods.DELETED_AT:
            rows += goods.build_deleted(self.token)

    def _add_sale(self, sale: Sale) -> None:
        dice = build_dice(self.seed, "square", "sale", sale.key)
        card = payments.SOURCES.get(sale.payment_method) == "CARD"
        tip = self.tills.tip_of[sale.key]
        order_id = self.token("order", sale.number)
        lines = []
        for position, line in enumerate(sale.lines):
            sold = self._variations.get(line.listing.variant_sku(line.variant))
            lines.append(orders.build_line(line, position, sold))
        customer = self.customer_id(sale.account) if sale.account else None
        place = location_id(self.tills.place_of[sale.key])
        order = orders.build_order(sale, order_id, place, customer, lines, tip)
        self.tables["orders"].append(order)
        self.order_of[sale.key] = order_id
        if sale.paid_at is None or sale.cancelled_at is not None:
            return
        paid = payments.build_payment(
            dice, sale, self.token("payment", sale.number), order, tip, self.now
        )
        self.payment_of[sale.key] = paid["id"]
        self.tables["payments"].append(paid)
        order["tenders"] = [payments.build_tender(paid)]
        if card and dice.random() < 0.02:
            failed = payments.build_failed(dice, self.token("failed", sale.number), order, paid)
            self.tables["payments"].append(failed)
        self._add_refunds(sale, order, paid)
        if is_disputed(sale, self.now) and card:
            dispute = build_dispute(sale, self.token("dispute", sale.number), paid, self.now)
            self.tables["disputes"].append(dispute)
            self.moves_of[sale.key] = list_moves(sale, self.now)

    def _add_refunds(self, sale: Sale, order: Json, paid: Json) -> None:
        for position, refund in enumerate(sale.refunds):
            returned = orders.build_return(
                sale, refund, self.token("return", sale.number, position), order
            )
            refund_id = f"{paid['id']}_{self.token('refund', sale.number, position)}"
            row = payments.build_refund(refund, refund_id, paid, returned["id"])
            returned["refunds"] = [
                {
                    "id": refund_id,
                    "location_id": row["location_id"],
                    "transaction_id": returned["id"],
                    "tender_id": paid["id"],
                    "created_at": row["created_at"],
                    "reason": refund.reason,
                    "amount_money": money(refund.total),
                    "status": "APPROVED",
                }
            ]
            self.tables["orders"].append(returned)
            self.tables["refunds"].append(row)
            paid.setdefault("refund_ids", []).append(refund_id)

    def _add_counts(self) -> None:
        ids = {sku: variation["id"] for sku, variation in self._variations.items()}
        self.tables["counts"] = goods.build_counts(self.seed, self.tills, ids)
