"""Acme's company file as the entities of the API, built from the books."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from include.sandbox.economy.books import Books
from include.sandbox.economy.business import Business
from include.sandbox.economy.confusions.labels import spell_sku, spell_title
from include.sandbox.economy.records import Account, Listing
from include.sandbox.exports.quickbooks_csv import WALK_IN
from include.sandbox.vendors.quickbooks import documents as papers
from include.sandbox.vendors.quickbooks.lists import build_lists
from include.sandbox.vendors.quickbooks.shapes import entity, money, reference
from include.sandbox.vendors.quickbooks.spending import build_spending

Row = dict[str, Any]
WALK_IN_ID, PARENTS_FROM, CATEGORIES_FROM = "1", 100_000, 200_000
CDC_DAYS = 30
DELETED_EVERY = timedelta(days=3)


class Company:
    """Everything queryable, and what was deleted.

    Attributes:
        rows: entity -> rows in order of Id.
        deleted: (entity, id, deleted at).
        records_of: party_id -> customer ids.
    """

    def __init__(self, business: Business, books: Books, start: datetime, now: datetime) -> None:
        self.zone, self.now, self._start = ZoneInfo(business.timezone), now, start
        self.records_of: dict[str, list[str]] = {}
        customers = self._customers(books)
        self._ids = {row["FullyQualifiedName"]: row["Id"] for row in customers}
        by_name = {name: str(number + 1) for number, name in books.names.items()}
        by_name[WALK_IN] = WALK_IN_ID
        items = self._items(books)
        self.item_of = {row["FullyQualifiedName"]: row["Id"] for row in items}
        scribe = papers.Scribe(self.zone, by_name, self.item_of)
        self.rows: dict[str, list[Row]] = {
            "Customer": customers,
            "Item": items,
            "Account": self._accounts(books),
            "Vendor": self._vendors(books),
            **scribe.build_sales(books),
            "Payment": scribe.build_payments(books),
            "Bill": scribe.build_bills(books),
            "JournalEntry": scribe.build_journal(books),
            "Estimate": scribe.build_estimates(books),
            **build_spending(books, self.zone),
            **build_lists(start, self.zone),
        }
        self.deleted = [
            ("Invoice", str(7_000_000 + bill.number), bill.at + timedelta(hours=2))
            for bill in books.bills
        ] + [
            ("JournalEntry", str(7_500_000 + n), start + n * DELETED_EVERY)
            for n in range(1, (now - start) // DELETED_EVERY)
        ]

    def _customers(self, books: Books) -> list[Row]:
        walk_in = entity(WALK_IN_ID, self._start, self._start, self.zone) | {
            "DisplayName": WALK_IN, "FullyQualifiedName": WALK_IN, "Job": False, "Active": True,
            "Taxable": True, "Balance": 0, "CurrencyRef": reference("USD", "United States Dollar"),
        }  # fmt: skip
        owed: dict[int, int] = {}
        paid = {payment.invoice.sale.key for payment in books.payments}
        for doc in books.documents:
            if doc.kind == "Invoice" and doc.sale.account and doc.sale.key not in paid:
                number = doc.sale.account.number
                owed[number] = owed.get(number, 0) + doc.amount
        found = [walk_in]
        for account in books.customers:
            name = books.names[account.number]
            parent, _, own = name.rpartition(":")
            row = self._customer(account, name, own, owed.get(account.number, 0))
            if parent:
                row["ParentRef"] = reference(str(PARENTS_FROM + account.number), parent)
                row["BillWithParent"] = True
                found.append(self._parent(account, parent))
            self._note(account, row["Id"])
            found.append(row)
        return sorted(found, key=lambda row: int(row["Id"]))

    def _note(self, account: Account, key: str) -> None:
        self.records_of.setdefault(account.party.party_id, []).append(key)

    def _customer(self, account: Account, name: str, own: str, owed: int) -> Row:
        address = account.address
        lines = {"Line1": address.street, "Line2": address.street2}
        found = {
            "DisplayName": own, "FullyQualifiedName": name, "GivenName": account.first_name,
            "FamilyName": account.last_name, "CompanyName": account.company_name,
            "Job": ":" in name, "Active": not name.endswith("(deleted)"), "Taxable": True,
            "Balance": money(owed), "CurrencyRef": reference("USD", "United States Dollar"),
            "PrimaryEmailAddr": {"Address": account.email} if account.email else None,
            "PrimaryPhone": {"FreeFormNumber": account.phone} if account.phone else None,
            "BillAddr": {k: v for k, v in lines.items() if v} | {
                "City": address.city, "CountrySubDivisionCode": address.state_code,
                "PostalCode": address.postal_code, "Country": address.country,
            },
        }  # fmt: skip
        key = str(account.number + 1)
        told = entity(key, account.created_at, account.updated_at, self.zone)
        # Fields with no value are left out.
        return told | {k: v for k, v in found.items() if v not in (None, "")}

    def _parent(self, account: Account, name: str) -> Row:
        key = str(PARENTS_FROM + account.number)
        self._note(account, key)
        return entity(key, account.created_at, account.created_at, self.zone) | {
            "DisplayName": name, "FullyQualifiedName": name, "CompanyName": account.company_name,
            "Job": False, "Active": True, "Taxable": True, "Balance": 0,
            "CurrencyRef": reference("USD", "United States Dollar"),
        }  # fmt: skip

    def _items(self, books: Books) -> list[Row]:
        categories = sorted({listing.category for listing in books.items})
        keys = {name: str(CATEGORIES_FROM + n) for n, name in enumerate(categories, 1)}
        found = [
            entity(key, self._start, self._start, self.zone)
            | {"Name": name, "FullyQualifiedName": name, "Type": "Category", "Active": True}
            for name, key in keys.items()
        ]
        return [*(self._item(listing, keys) for listing in books.items), *found]

    def _item(self, listing: Listing, keys: dict[str, str]) -> Row:
        name = spell_title("quickbooks", listing)
        told = entity(
            str(listing.number), listing.created_at, min(listing.updated_at, self.now), self.zone
        )
        return told | {
            "Name": name, "FullyQualifiedName": f"{listing.category}:{name}",
            **({"Sku": sku} if (sku := spell_sku("quickbooks", listing)) else {}),
            "Type": "Inventory",
            "Description": listing.title,
            "ParentRef": reference(keys[listing.category], listing.category), "SubItem": True,
            "Active": listing.archived_at is None, "Taxable": True,
            "UnitPrice": money(listing.price), "PurchaseCost": money(listing.cost),
            "QtyOnHand": listing.number % 40, "TrackQtyOnHand": True,
            "IncomeAccountRef": reference("7", "Sales of Product Income"),
            "ExpenseAccountRef": reference("9", "Cost of Goods Sold"),
            "AssetAccountRef": reference("3", "Inventory Asset"),
        }  # fmt: skip

    def _accounts(self, books: Books) -> list[Row]:
        return [
            entity(str(account.number), self._start, self._start, self.zone) | {
                "Name": account.name, "FullyQualifiedName": account.name, "SubAccount": False,
                "Classification": account.group, "AccountType": account.kind, "Active": True,
                "CurrentBalance": 0, "CurrencyRef": reference("USD", "United States Dollar"),
            }
            for account in books.accounts
        ]  # fmt: skip

    def _vendors(self, books: Books) -> list[Row]:
        return [
            entity(str(500_000 + one.number), one.created_at, one.created_at, self.zone) | {
                "DisplayName": one.name, "CompanyName": one.name, "Active": True,
                "PrimaryEmailAddr": {"Address": one.email},
            }
            for one in books.suppliers
        ]  # fmt: skip
