"""Customers and addresses of one shop."""

from typing import Any

from include.sandbox.economy.records import Account, Address
from include.sandbox.vendors.shopify.money import gid, iso, money

Row = dict[str, Any]
OBJECTS: dict[str, dict[str, str]] = {
    "CustomerEmailAddress": {
        "emailAddress": "String!", "marketingState": "CustomerEmailAddressMarketingState!",
        "marketingUpdatedAt": "DateTime", "validFormat": "Boolean!",
    },
    "CustomerPhoneNumber": {"phoneNumber": "String!"},
}  # fmt: skip


def build_mailing_address(
    number: int, address: Address, first: str, last: str, company: str, phone: str | None
) -> Row:
    """An address with the person it belongs to."""
    return {
        "__typename": "MailingAddress",
        "id": f"{gid('MailingAddress', number)}?model_name=CustomerAddress",
        "address1": address.street,
        "address2": address.street2 or None,
        "city": address.city,
        "company": company or None,
        "country": address.country,
        "countryCodeV2": address.country_code,
        "firstName": first,
        "lastName": last,
        "name": f"{first} {last}",
        "phone": phone,
        "province": address.state,
        "provinceCode": address.state_code,
        "zip": address.postal_code,
    }


def build_customer(account: Account) -> Row:
    """A customer without orders; the shop fills `orders` and the sums when it has built them."""
    number = 7_012_000_000 + account.number
    addresses = [
        build_mailing_address(
            number * 10 + place,
            address,
            account.first_name,
            account.last_name,
            account.company_name,
            account.phone,
        )
        for place, (_, address) in enumerate(account.addresses)
    ]
    email = None
    if account.email:
        email = {
            "emailAddress": account.email,
            "marketingState": "SUBSCRIBED" if account.number % 3 else "NOT_SUBSCRIBED",
            "marketingUpdatedAt": iso(account.created_at),
            "validFormat": True,
        }
    return {
        "__typename": "Customer",
        "id": gid("Customer", number),
        "legacyResourceId": str(number),
        "addressesV2": addresses[::-1],
        "amountSpent": money(0),
        "createdAt": iso(account.created_at),
        "defaultAddress": addresses[-1],
        "defaultEmailAddress": email,
        "defaultPhoneNumber": {"phoneNumber": account.phone} if account.phone else None,
        "displayName": account.name,
        "firstName": account.first_name,
        "lastName": account.last_name,
        "lifetimeDuration": "over 1 year",
        "locale": "de" if account.address.country_code == "DE" else "en",
        "note": account.edits[-1][2] if account.edits else None,
        "numberOfOrders": "0",
        "orders": [],
        "state": "ENABLED" if account.number % 4 else "DISABLED",
        "tags": ["wholesale-inquiry"] if account.company_name else [],
        "taxExempt": False,
        "updatedAt": iso(account.updated_at),
        "verifiedEmail": account.email is not None,
    }
