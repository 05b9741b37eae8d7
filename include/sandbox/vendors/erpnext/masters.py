"""Customers and items of the site."""

from include.sandbox.economy.confusions.labels import spell_title
from include.sandbox.economy.records import Account, Listing
from include.sandbox.vendors.erpnext.documents import WALK_IN, Json, amount, build_document
from include.sandbox.world import START


def build_customer(account: Account) -> Json:
    """Named by series; e-mail and phone may be unset, as null or as empty text."""
    home = account.address
    return build_document(
        f"CUST-{account.created_at:%Y}-{account.number:05d}",
        account.created_at,
        account.updated_at,
        naming_series="CUST-.YYYY.-",
        customer_name=account.name,
        customer_type="Company" if account.company_name else "Individual",
        customer_group="Commercial" if account.company_name else "Individual",
        territory="United States" if home.country_code == "US" else "Rest Of The World",
        tax_id=None,
        payment_terms="Net 30" if account.company_name else None,
        market_segment=None,
        industry="Retail & Wholesale" if account.company_name else None,
        default_currency="USD",
        default_price_list="Standard Selling",
        website=account.party.domain if account.company_name else None,
        email_id=account.email or "",
        mobile_no=account.phone,
        primary_address=f"{home.street}<br>{home.city}<br>{home.state} {home.postal_code}<br>"
        f"{home.country}<br>",
        customer_primary_address=f"{account.name}-Billing",
        disabled=0,
        is_frozen=0,
        so_required=0,
    )


def build_walk_in() -> Json:
    """The customer of everybody who does not give a name."""
    return build_document(
        WALK_IN,
        START,
        START,
        customer_name=WALK_IN,
        customer_type="Individual",
        customer_group="Individual",
        territory="United States",
        default_currency="USD",
        email_id=None,
        mobile_no=None,
        disabled=0,
        is_frozen=0,
        so_required=0,
    )


def build_item(listing: Listing, variant: int) -> Json:
    """One item per size: the code is the SKU and the document's name."""
    sku = listing.variant_sku(variant)
    size = "" if len(listing.variants) == 1 else f" {listing.variants[variant]}"
    return build_document(
        sku,
        listing.created_at,
        listing.updated_at,
        item_code=sku,
        item_name=f"{spell_title('erpnext', listing)}{size}",
        item_group=listing.category,
        brand=listing.brand,
        description=f"<div><p>{listing.title}</p></div>",
        stock_uom="Nos",
        variant_of=None,
        has_variants=0,
        is_stock_item=1,
        is_sales_item=1,
        is_purchase_item=1,
        disabled=int(listing.archived_at is not None),
        standard_rate=amount(listing.price),
        valuation_rate=amount(listing.cost),
        last_purchase_rate=amount(listing.cost),
        weight_per_unit=float(listing.weight_grams),
        weight_uom="Gram",
        end_of_life="2099-12-31",
    )
