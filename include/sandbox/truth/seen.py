"""People and companies as every system of a tenant shows them, in the columns identity reads.

The short way from a world to its matches: no server, no load, no warehouse. What a connector and
its staging model make of a vendor's answer is repeated here in one line a field, so a test of the
whole way (`make truth`) stays necessary.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from include.sandbox.economy.records import Account, Address
from include.sandbox.economy_views import fetch_erp
from include.sandbox.exports import coresignal, ecommerce, quickbooks_csv
from include.sandbox.serve.session import Session
from include.sandbox.truth.people import build_record_id
from include.sandbox.vendors.attio.vendor import fetch_workspace
from include.sandbox.vendors.callrail import vendor as callrail
from include.sandbox.vendors.gohighlevel import vendor as gohighlevel
from include.sandbox.vendors.quickbooks.company import PARENTS_FROM
from include.sandbox.vendors.quickbooks.vendor import fetch_company
from include.sandbox.vendors.salesforce.vendor import fetch_org
from include.sandbox.vendors.shopify.vendor import fetch_shop
from include.sandbox.vendors.square.vendor import fetch_seller
from include.sandbox.vendors.stripe import vendor as stripe

Row = dict[str, Any]
COLUMNS = (
    *("record_id", "source", "name", "first_name", "last_name", "company_name", "email", "phone"),
    *("address_line", "city", "region", "postal_code", "country", "birth_date", "domain"),
    *("created_at", "updated_at", "is_deleted"),
)


def build_row(feed: str, source_id: object, **fields: Any) -> Row:
    """A record with every column; empty texts are null."""
    record_id = build_record_id(feed, source_id)
    given = {name: value if value != "" else None for name, value in fields.items()}
    return dict.fromkeys(COLUMNS) | {
        "record_id": record_id,
        "source": record_id.partition(":")[0],
        "is_deleted": False,
        **given,
    }


def build_people_rows(session: Session, tenant: str) -> list[Row]:
    """The records of one tenant that are people, or companies as customers."""
    return list(PEOPLE[tenant](session))


def build_company_rows(session: Session, tenant: str) -> list[Row]:
    """The records of one tenant that are companies."""
    return list(COMPANIES[tenant](session)) if tenant in COMPANIES else []


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _address(address: Address) -> Row:
    return {
        "address_line": address.street,
        "city": address.city,
        "region": address.state_code,
        "postal_code": address.postal_code,
        "country": address.country_code,
    }


def _account(feed: str, source_id: object, account: Account, **other: Any) -> Row:
    """An account in a system that keeps first and last name apart and an address in parts."""
    fields = {
        "name": account.name,
        "first_name": account.first_name,
        "last_name": account.last_name,
        "company_name": account.company_name,
        "email": account.email,
        "phone": account.phone,
        "created_at": account.created_at,
        "updated_at": account.updated_at,
        **_address(account.address),
    }
    return build_row(feed, source_id, **(fields | other))


def _bare(**other: Any) -> Row:
    """What a system without parts of a name or of an address leaves out."""
    nothing = ("first_name", "last_name", "company_name", "address_line", "city", "region")
    return dict.fromkeys((*nothing, "postal_code", "country", "updated_at")) | other


def _acme(session: Session) -> Iterator[Row]:
    business = session.world.businesses["acme"]
    account = stripe.fetch_account(session, "acme")
    kept = {row["id"] for row in fetch_shop(session, "acme").rows["Customer"]}
    for known in business.accounts["shopify"]:
        key = f"gid://shopify/Customer/{7_012_000_000 + known.number}"
        if key in kept:
            yield _account("shopify", key, known)
        yield _account("stripe", account.customer_id(known), known, **_bare())
    names = quickbooks_csv.build_names(business)
    parents = fetch_company(session, "acme").records_of
    for known in business.accounts["quickbooks"]:
        name, home = names[known.number], known.address
        lines = (home.street, home.street2, f"{home.city}, {home.state_code} {home.postal_code}")
        printed = "\n".join(line for line in lines if line)
        told = {"name": name, "address_line": printed}
        rest = dict.fromkeys(("city", "region", "postal_code", "country", "updated_at"))
        yield _account("quickbooks", name, known, **rest, **told)
        own = name.rpartition(":")[2].removesuffix(" (deleted)")
        yield _account("quickbooks_online", known.number + 1, known, name=own)
        parent, firm = str(PARENTS_FROM + known.number), known.company_name
        if parent in parents[known.party.party_id]:
            bare = _bare(name=name.partition(":")[0], company_name=firm, email=None, phone=None)
            yield _account("quickbooks_online", parent, known, **bare)
    for person in fetch_workspace(session, "acme").objects["people"]:
        yield _attio_person(person)


def _first(values: list[Row], name: str) -> Any:
    return values[0][name] if values else None


def _attio_person(record: Row) -> Row:
    values = record["values"]
    return build_row(
        "attio",
        record["id"]["record_id"],
        name=_first(values["name"], "full_name"),
        first_name=_first(values["name"], "first_name"),
        last_name=_first(values["name"], "last_name"),
        email=_first(values["email_addresses"], "email_address"),
        phone=_first(values["phone_numbers"], "phone_number"),
        created_at=_instant(record["created_at"]),
    )


def _bazaar(session: Session) -> Iterator[Row]:
    for known in session.world.businesses["bazaar"].accounts["ecommerce_csv"]:
        firm = known.company_name
        yield _account(
            "ecommerce_csv",
            ecommerce.customer_key(known),
            known,
            first_name=firm or known.first_name,
            last_name="" if firm else known.last_name,
            company_name=None,
        )


def _corner(session: Session) -> Iterator[Row]:
    business = session.world.businesses["corner"]
    account, seller = stripe.fetch_account(session, "corner"), fetch_seller(session, "corner")
    for known in business.accounts["stripe"]:
        yield _account("stripe", account.customer_id(known), known, **_bare())
    for known in business.accounts["square"]:
        yield _account("square", seller.customer_id(known), known)
    for known in fetch_erp(session).customers:
        key = f"CUST-{known.created_at:%Y}-{known.number:05d}"
        bare = _bare(company_name=known.company_name, updated_at=known.updated_at)
        yield _account("erpnext", key, known, **bare)


def _summit(session: Session) -> Iterator[Row]:
    for row in gohighlevel.fetch_account(session, "summit").contacts:
        first, last = (row["firstNameLowerCase"].title(), row["lastNameLowerCase"].title())
        yield build_row(
            "gohighlevel", row["id"], name=f"{first} {last}".strip(), first_name=first,
            last_name=last, company_name=row["companyName"], email=row["email"],
            phone=row["phone"], address_line=row["address"], city=row["city"],
            region=row["state"], postal_code=row["postalCode"], country=row["country"],
            created_at=_instant(row["dateAdded"]), updated_at=_instant(row["dateUpdated"]),
        )  # fmt: skip
    org = fetch_org(session, "summit")
    for name, prefix in (("Contact", "Mailing"), ("Lead", "")):
        for row in org.rows[name].values():
            yield build_row(
                "salesforce", row["Id"], name=row["Name"], first_name=row["FirstName"],
                last_name=row["LastName"], company_name=row.get("Company"), email=row["Email"],
                phone=row["Phone"], address_line=row[f"{prefix}Street"], city=row[f"{prefix}City"],
                region=row[f"{prefix}State"], postal_code=row[f"{prefix}PostalCode"],
                country=row[f"{prefix}Country"], is_deleted=row["IsDeleted"],
                created_at=row["CreatedDate"], updated_at=row["SystemModstamp"],
            )  # fmt: skip
    calls = callrail.fetch_account(session, "summit")
    for row in calls.tables["calls"]:
        yield build_row(
            "callrail", row["id"], name=row["customer_name"], phone=row["customer_phone_number"],
            city=row["customer_city"], region=row["customer_state"],
            created_at=_instant(row["start_time"]),
        )  # fmt: skip
    for row in calls.tables["form_submissions"]:
        yield build_row(
            "callrail", row["id"], name=row["customer_name"], phone=row["customer_phone_number"],
            email=row["form_data"]["email"], created_at=_instant(row["submitted_at"]),
        )  # fmt: skip


def _acme_companies(session: Session) -> Iterator[Row]:
    for record in fetch_workspace(session, "acme").objects["companies"]:
        values = record["values"]
        place = values["primary_location"][0] if values["primary_location"] else {}
        yield build_row(
            "attio", record["id"]["record_id"], name=_first(values["name"], "value"),
            domain=_first(values["domains"], "domain"), city=place.get("locality"),
            region=place.get("region"), country=place.get("country_code"),
            created_at=_instant(record["created_at"]),
        )  # fmt: skip
    files, _ = coresignal.build_files(
        session.spec.seed, session.world.companies, session.spec.as_of
    )
    newest: dict[int, Row] = {}
    for record in (record for records in files.values() for record in records):
        if record["last_updated_at"] >= newest.get(record["id"], record)["last_updated_at"]:
            newest[record["id"]] = record
    for record in newest.values():
        yield build_row(
            "coresignal", record["id"], name=record["company_name"],
            domain=record["website"].removeprefix("https://www."), city=record["hq_city"],
            region=record["hq_state"], country=record["hq_country_iso2"],
        )  # fmt: skip


def _summit_companies(session: Session) -> Iterator[Row]:
    for row in fetch_org(session, "summit").rows["Account"].values():
        yield build_row(
            "salesforce", row["Id"], name=row["Name"], phone=row["Phone"],
            domain=(row["Website"] or "").removeprefix("https://www."), city=row["BillingCity"],
            region=row["BillingState"], country=row["BillingCountry"],
        )  # fmt: skip


PEOPLE = {"acme": _acme, "bazaar": _bazaar, "corner": _corner, "summit": _summit}
COMPANIES = {"acme": _acme_companies, "summit": _summit_companies}


def build_links(session: Session, tenant: str) -> list[Row]:
    """What one record says of another: an order number in a payment, a parent in the books."""
    if tenant != "acme":
        return []
    account, business = stripe.fetch_account(session, tenant), session.world.businesses[tenant]
    found = set()
    for sale in business.sales["shopify"]:
        if sale.account is not None and sale.key in account.charge_of_sale:
            shop = f"gid://shopify/Customer/{7_012_000_000 + sale.account.number}"
            left = build_record_id("shopify", shop)
            right = build_record_id("stripe", account.customer_id(sale.account))
            found.add((left, right, "order number in the Stripe charge's metadata"))
    parents = fetch_company(session, tenant).records_of
    for known in business.accounts["quickbooks"]:
        parent = str(PARENTS_FROM + known.number)
        if parent in parents[known.party.party_id]:
            left = build_record_id("quickbooks_online", parent)
            right = build_record_id("quickbooks_online", known.number + 1)
            found.add((left, right, "parent of the sub-customer in QuickBooks"))
    names = ("left_record_id", "right_record_id", "rule")
    return [dict(zip(names, row, strict=True)) for row in sorted(found)]
