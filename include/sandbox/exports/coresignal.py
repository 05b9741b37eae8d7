"""CoreSignal company files: JSON lines by country, in the shape of live records.

Source: one live `company_multi_source` record and docs.coresignal.com, read 2026-11.
"""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from include.sandbox.economy.names import CITIES, misspell
from include.sandbox.economy.records import Address, Party
from include.sandbox.exports.delimited import write_text
from include.sandbox.seeded_random import build_dice
from include.sandbox.world import START

INDUSTRIES = (
    "Construction",
    "Retail",
    "Hospitality",
    "Information Technology",
    "Wellness and Fitness",
)
REGIONS = {
    "US": ["Americas", "Northern America"],
    "CA": ["Americas", "Northern America"],
    "DE": ["Europe", "Western Europe", "EMEA"],
    "GB": ["Europe", "Northern Europe", "EMEA"],
}
ISO3 = {"US": "USA", "CA": "CAN", "DE": "DEU", "GB": "GBR"}
SIZES = (
    (10, "1-10 employees"),
    (50, "11-50 employees"),
    (200, "51-200 employees"),
    (10**6, "201-500 employees"),
)
TECHNOLOGIES = ("salesforce", "shopify", "google analytics", "stripe", "quickbooks", "slack")
PER_FILE = 60


def build_record(
    seed: int, party: Party, number: int, address: Address, updates: list[datetime]
) -> dict[str, Any]:
    """One record with the nulls, symbols and three date formats that live ones have."""
    dice = build_dice(seed, "coresignal", party.party_id)
    updated = updates[-1]
    count = dice.randint(3, 400) + len(updates)
    revenue = dice.randrange(200_000, 90_000_000, 50_000)
    created = datetime(2016, 1, 1, tzinfo=UTC) + timedelta(days=dice.randrange(3_000))
    name = party.company_name if dice.random() < 0.9 else misspell(dice, party.company_name)
    known = dice.random() < 0.8
    technologies = dice.sample(TECHNOLOGIES, dice.randint(0, 4))
    return {
        "id": 90_000_000 + number,
        "source_id": str(1_200_000 + number),
        "company_name": name,
        "company_name_alias": [name.lower().split()[0]],
        "company_legal_name": f"{party.company_name} {party.legal_form}",
        "created_at": created.strftime("%Y-%m-%d"),
        "last_updated_at": updated.strftime("%Y-%m-%d"),
        "website": f"https://www.{party.domain}",
        "website_alias": [f"https://{party.domain}"],
        "unique_website": True,
        "unique_domain": True,
        "expired_domain": False,
        "linkedin_url": f"https://www.linkedin.com/company/{party.domain.split('.')[0]}-example",
        "facebook_url": [],
        "twitter_url": [f"https://www.twitter.com/{party.domain.split('.')[0]}"]
        if dice.random() < 0.4
        else [],
        "stock_ticker": [],
        "is_b2b": dice.randint(0, 1),
        "is_public": False,
        "industry": dice.choice(INDUSTRIES),
        "sic_codes": [str(dice.randint(1000, 8999))],
        "naics_codes": [],
        "categories_and_keywords": [party.company_name.split()[-1].lower()],
        "type": "Privately Held",
        "status": {"value": "active", "comment": "Independent Company"},
        "founded_year": str(dice.randint(1960, 2022)),
        "size_range": next(text for limit, text in SIZES if count <= limit),
        "employees_count": count,
        "followers_count_linkedin": dice.randint(20, 20_000),
        "followers_count_twitter": None,
        "hq_region": REGIONS[address.country_code],
        "hq_country": address.country,
        "hq_country_iso2": address.country_code,
        "hq_country_iso3": ISO3[address.country_code],
        "hq_city": address.city if known else None,
        "hq_state": address.state if known else None,
        "hq_street": address.street if known else None,
        "hq_zipcode": address.postal_code if known else None,
        "company_locations_full": [
            {
                "location_address": f"{address.street}; {address.city}, {address.state_code}, "
                f"{address.country_code}",
                "is_primary": 1,
            }
        ],
        "revenue_annual_range": {
            "source_4_annual_revenue_range": None,
            "source_6_annual_revenue_range": {
                "annual_revenue_range_from": revenue // 10**6 * 10**6,
                "annual_revenue_range_to": (revenue // 10**6 + 5) * 10**6,
                "annual_revenue_range_currency": dice.choice(("USD", "$")),
            },
        },
        "revenue_annual": {
            "source_5_annual_revenue": {
                "annual_revenue": revenue,
                "annual_revenue_currency": dice.choice(("USD", "$")),
            }
            if known
            else None,
            "source_1_annual_revenue": None,
        },
        "revenue_quarterly": None,
        "funding_rounds": [],
        "acquired_by_summary": {
            "acquirer_name": None,
            "announced_date": None,
            "price": None,
            "currency": "USD",
        },
        "technologies_used": [
            {
                "technology": name,
                "first_verified_at": "2024-02-01",
                "last_verified_at": updated.strftime("%Y-%m-%d"),
            }
            for name in technologies
        ],
        "employees_count_change": {
            "current": count,
            "change_monthly": 2,
            "change_monthly_percentage": 3.5999999046325684,
        },
        "employees_count_by_month": [
            {
                "employees_count": count - back,
                "date": (updated - timedelta(days=31 * back)).strftime("%Y-%m"),
            }
            for back in range(3)
        ],
        "employees_count_breakdown_by_seniority_by_month": [
            {
                "employees_count_breakdown_by_seniority": {
                    "employees_count_clevel": 2,
                    "employees_count_manager": count // 9,
                },
                "date": updated.strftime("%Y%m"),
            }
        ],
        "company_phone_numbers": [party.phone],
        "company_emails": [party.email] if dice.random() < 0.5 else [],
    }


def build_files(
    seed: int, companies: list[Party], as_of: datetime
) -> tuple[dict[str, list[dict[str, Any]]], dict[int, str]]:
    """Records by relative path, and party_id by record id.

    Every 40th company moved: an older record stays in another country's folder.
    """
    folders: dict[str, list[dict[str, Any]]] = {}
    ids = {}
    for number, party in enumerate(companies, 1):
        dice = build_dice(seed, "coresignal", "delivery", party.party_id)
        updates = [START + timedelta(days=dice.randrange(90))]
        while (following := updates[-1] + timedelta(days=dice.randrange(30, 120))) < as_of:
            updates.append(following)
        updated = updates[-1]
        known = [address for since, address in party.addresses if since < as_of] or [
            party.addresses[0][1]
        ]
        record = build_record(seed, party, number, known[-1], updates)
        ids[record["id"]] = party.party_id
        folders.setdefault(known[-1].country_code.lower(), []).append(record)
        if number % 40 == 7:
            before = _abroad(known[-1])
            older = build_record(seed, party, number, before, [updated - timedelta(days=90)])
            folders.setdefault(before.country_code.lower(), []).append(older)
    files = {}
    for country, records in sorted(folders.items()):
        for part in range(0, len(records), PER_FILE):
            files[f"{country}/companies_{part // PER_FILE + 1:04d}.jsonl"] = records[
                part : part + PER_FILE
            ]
    return files, ids


def _abroad(address: Address) -> Address:
    """Where a moved company was before: Toronto, or Denver when it is in Canada now."""
    city = CITIES[0] if address.country_code == "CA" else CITIES[12]
    country = "United States" if address.country_code == "CA" else "Canada"
    return Address(
        "1 Old Mill Rd", "", city[0], city[1], city[2], city[3] + "00", city[4], country, city[6]
    )


def write_files(folder: Path, files: dict[str, list[dict[str, Any]]]) -> None:
    """Write the files and remove those of an earlier, larger world."""
    for stale in sorted(folder.glob("*/companies_*.jsonl")):
        stale.unlink()
    for name, records in files.items():
        text = "".join(
            json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n"
            for record in records
        )
        write_text(folder / name, text)
