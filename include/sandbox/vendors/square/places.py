"""The seller's locations: a shop, a market stall, and a kiosk that closed."""

from datetime import UTC, datetime

from include.sandbox.economy.point_of_sale import PLACES, Place
from include.sandbox.vendors.square.money import Json, moment

MERCHANT = "MLCORNERSANDBOX"
OPENED = datetime(2024, 11, 4, 15, 30, 12, 500_000, tzinfo=UTC)
IDS = ("LCORNERMAIN01", "LCORNERSTALL2", "LCORNERKIOSK3")
MAIN = IDS[0]


def location_id(place: Place) -> str:
    return IDS[PLACES.index(place)]


def build_location(place: Place, now: datetime) -> Json:
    """One of the shop's places, with its merchant's facts."""
    closed = place.closed_at is not None and place.closed_at <= now
    return {
        "id": location_id(place),
        "name": place.name,
        "address": {
            "address_line_1": place.street,
            "locality": "New York",
            "administrative_district_level_1": "NY",
            "postal_code": "10012",
            "country": "US",
        },
        "timezone": "America/New_York",
        "capabilities": ["CREDIT_CARD_PROCESSING"],
        "status": "INACTIVE" if closed else "ACTIVE",
        "created_at": moment(OPENED),
        "merchant_id": MERCHANT,
        "country": "US",
        "language_code": "en-US",
        "currency": "USD",
        "business_name": "Corner Store",
        "phone_number": "+12125550100",
        "business_email": "owner@corner.example",
        "type": "PHYSICAL",
        "mcc": "5499",
    }
