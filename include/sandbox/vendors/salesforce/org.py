"""Summit's requests as a sales team keeps them: leads, and what converted ones became.

A booked visit converts the lead into an account (the payer), a contact (the person who speaks) and
an opportunity whose stages follow the request. A few lost leads are deleted; the recycle bin
empties after 15 days.
"""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from include.sandbox.economy.accounts import System, build_told
from include.sandbox.economy.business import Business
from include.sandbox.economy.leads import Agent, Prospect, build_agents
from include.sandbox.economy.records import Account, Address, Party
from include.sandbox.seeded_random import build_dice
from include.sandbox.vendors.salesforce import team
from include.sandbox.vendors.salesforce.ids import build_id
from include.sandbox.vendors.salesforce.schema import FIELDS

Row = dict[str, Any]
RECYCLE_BIN = timedelta(days=15)
# stage -> (StageName, Probability, ForecastCategory)
STAGES = {
    "booked": ("Qualification", 10, "Pipeline"),
    "quoted": ("Proposal/Price Quote", 75, "BestCase"),
    "won": ("Closed Won", 100, "Closed"),
    "lost": ("Closed Lost", 0, "Omitted"),
}
SOURCES = {"call": "Phone Inquiry", "form": "Web", "text": "Other"}
EPOCH_USERS = timedelta(days=30)


class Org:
    """All objects of one org at one instant: name -> rows by id, deleted ones included."""

    def __init__(self, business: Business, seed: int, start: datetime, now: datetime) -> None:
        self._zone, self._seed, self._now = ZoneInfo(business.timezone), seed, now
        self.rows: dict[str, dict[str, Row]] = {name: {} for name in FIELDS}
        self.party_of: dict[str, str] = {}
        self.records_of: dict[str, list[str]] = {}
        self._account_of: dict[str, str] = {}
        self._contact_of: dict[str, str] = {}
        self._told: dict[str, Account] = {}
        # Ids follow the first request of each, so that they stay when others convert later.
        self._number_of: dict[str, int] = {}
        for prospect in business.prospects:
            for one in (prospect.party, prospect.contact):
                self._number_of.setdefault(one.party_id, prospect.number)
        team.enter_lists(self._put, start)
        for agent in build_agents(start):
            self._add_user(agent)
        for prospect in sorted(business.prospects, key=lambda p: p.reached("booked") or p.came_at):
            self._add_prospect(prospect)

    def _put(self, name: str, row: Row, party: Party | None = None) -> Row:
        """Keep a row with every field the object has; those not given are null."""
        whole = {field: row.get(field) for field in FIELDS[name]}
        self.rows[name][str(whole["Id"])] = whole
        if party is not None:
            self.records_of.setdefault(party.party_id, []).append(str(whole["Id"]))
        return whole

    def _add_user(self, agent: Agent) -> None:
        manager = None if agent.role == "manager" else build_id("User", 5)
        self._put("User", {
            "Id": build_id("User", agent.number), "Username": f"{agent.email}.summit",
            "FirstName": agent.first_name, "LastName": agent.last_name,
            "Name": f"{agent.first_name} {agent.last_name}", "Email": agent.email,
            "Title": agent.role.title(), "Department": "Sales", "IsActive": agent.number != 4,
            "UserType": "Standard", "TimeZoneSidKey": self._zone.key, "ManagerId": manager,
            "UserRoleId": team.find_role(agent.role),
            "LastLoginDate": agent.hired_at + EPOCH_USERS, "CreatedDate": agent.hired_at,
            "LastModifiedDate": agent.hired_at, "SystemModstamp": agent.hired_at + EPOCH_USERS,
        })  # fmt: skip

    def _add_prospect(self, found: Prospect) -> None:
        converted = found.reached("booked")
        lead = self._build_lead(found, converted)
        if converted is not None:
            account = self._add_account(found, converted)
            contact = self._add_contact(found, account, converted)
            opportunity = self._add_opportunity(found, account, converted)
            lead |= {
                "ConvertedDate": converted.astimezone(self._zone).date(),
                "ConvertedAccountId": account["Id"], "ConvertedContactId": contact["Id"],
                "ConvertedOpportunityId": opportunity["Id"],
            }  # fmt: skip
        gone = self._deleted_at(found)
        if gone is not None:
            if gone <= self._now - RECYCLE_BIN:
                return
            lead |= {"IsDeleted": True, "SystemModstamp": gone, "LastModifiedDate": gone}
        self._put("Lead", lead, found.contact)
        team.enter_activities(self._put, found, lead)

    def _deleted_at(self, found: Prospect) -> datetime | None:
        """When a lost lead was deleted as worthless; None for all others."""
        dice = build_dice(self._seed, "salesforce", "deleted", found.number)
        if found.stage != "lost" or found.reached("booked") or dice.random() > 0.25:
            return None
        at = found.history[-1][0] + timedelta(days=dice.randrange(1, 6))
        return at if at < self._now else None

    def _tell(self, found: Prospect) -> Account:
        """The person as typed in at the first request; a last name is required here."""
        key = found.contact.party_id
        if key not in self._told:
            system = System(self._seed, "summit", "salesforce")
            told = build_told(system, found.contact, found.came_at)
            told.last_name = told.last_name or "Unknown"
            self._told[key] = told
        return self._told[key]

    def _build_lead(self, found: Prospect, converted: datetime | None) -> Row:
        person, told = found.contact, self._tell(found)
        before = [at for at, _ in found.history if converted is None or at < converted]
        edits = [at for at in found.edits if converted is None]
        changed = converted or max([*before, *edits])
        contacted = found.reached("contacted") is not None
        open_status = "Working - Contacted" if contacted else "Open - Not Contacted"
        lost = found.stage == "lost" and converted is None
        status = "Closed - Not Converted" if lost else open_status
        return {
            "Id": build_id("Lead", found.number), "IsDeleted": False,
            "FirstName": told.first_name or None, "LastName": told.last_name,
            "Name": f"{told.first_name} {told.last_name}".strip(),
            "Company": found.party.company_name or f"{told.last_name} Household",
            "Email": told.email, "Phone": told.phone, "LeadSource": SOURCES[found.way],
            "Status": "Closed - Converted" if converted else status,
            "Rating": "Hot" if contacted else "Warm", "IsConverted": converted is not None,
            "Campaign_Name__c": found.touch.campaign, **_address("", person.addresses[-1][1]),
            **self._system(found, found.came_at, changed),
        }  # fmt: skip

    def _add_account(self, found: Prospect, at: datetime) -> Row:
        """The payer's account; a won request later makes it a customer."""
        party, address = found.party, found.party.addresses[-1][1]
        known = self._account_of.get(party.party_id)
        if known is None:
            known = build_id("Account", self._number_of[party.party_id])
            self._account_of[party.party_id] = known
            household = f"{party.first_name} {party.last_name_at(at)} Household"
            self._put("Account", {
                "Id": known, "IsDeleted": False, "Name": party.company_name or household,
                "Type": "Prospect", "Phone": party.phone_at(at),
                "AccountSource": SOURCES[found.way],
                "Website": f"https://www.{party.domain}" if party.is_company else None,
                "Industry": "Other" if party.is_company else None,
                "AnnualRevenue": 1_250_000.5 if party.is_company else None,
                "NumberOfEmployees": 25 if party.is_company else None,
                "Description": f"Came by {found.way}.", "SicDesc": found.service.line,
                **_address("Billing", address), **_address("Shipping", address),
                **self._system(found, at, at),
            }, party)  # fmt: skip
        row, won = self.rows["Account"][known], found.reached("won")
        if won is not None:
            row["Type"] = "Customer"
        row["SystemModstamp"] = max(row["SystemModstamp"], won or at)
        row["LastModifiedDate"] = row["SystemModstamp"]
        return row

    def _add_contact(self, found: Prospect, account: Row, at: datetime) -> Row:
        person, told = found.contact, self._tell(found)
        known = self._contact_of.get(person.party_id)
        if known is not None:
            return self.rows["Contact"][known]
        known = build_id("Contact", self._number_of[person.party_id])
        self._contact_of[person.party_id] = known
        return self._put("Contact", {
            "Id": known, "IsDeleted": False, "AccountId": account["Id"],
            "FirstName": told.first_name or None, "LastName": told.last_name,
            "Name": f"{told.first_name} {told.last_name}".strip(), "Email": told.email,
            "Phone": told.phone, "MobilePhone": told.phone, "LeadSource": SOURCES[found.way],
            "HasOptedOutOfEmail": found.number % 11 == 0,
            "Title": "Office Manager" if found.party.is_company else None,
            "Department": "Operations" if found.party.is_company else None,
            **_address("Mailing", person.addresses[-1][1]), **self._system(found, at, at),
        }, person)  # fmt: skip

    def _add_opportunity(self, found: Prospect, account: Row, at: datetime) -> Row:
        steps = [(since, stage) for since, stage in found.history if stage in STAGES]
        changed = max([steps[-1][0], *found.edits])
        close = found.closed_at or at + timedelta(days=30)
        key = build_id("Opportunity", found.number)
        for position, (since, stage) in enumerate(steps):
            self._add_step(found, key, position, since, stage)
        team.enter_line_item(self._put, found)
        name, probability, forecast = STAGES[found.stage]
        return self._put("Opportunity", {
            "Id": key, "IsDeleted": False, "AccountId": account["Id"],
            "Name": f"{account['Name']} - {found.service.name}", "StageName": name,
            "Amount": found.value / 100, "Probability": float(probability),
            "CloseDate": close.astimezone(self._zone).date(), "Type": "New Customer",
            "LeadSource": SOURCES[found.way], "IsClosed": not found.is_open,
            "IsWon": found.stage == "won", "ForecastCategory": forecast,
            "RecordTypeId": team.find_record_type(found.service.line),
            "Service_Line__c": found.service.line, "Quoted_Hours__c": found.service.number * 1.5,
            **self._system(found, at, changed),
        }, found.contact)  # fmt: skip

    def _add_step(
        self, found: Prospect, key: str, position: int, since: datetime, stage: str
    ) -> None:
        name, probability, forecast = STAGES[stage]
        quoted = stage in ("quoted", "won")
        amount = found.value / 100 if quoted else None
        self._put("OpportunityHistory", {
            "Id": build_id("OpportunityHistory", found.number * 8 + position), "IsDeleted": False,
            "OpportunityId": key, "StageName": name, "Amount": amount,
            "ExpectedRevenue": found.value * probability // 100 / 100 if quoted else None,
            "CloseDate": (since + timedelta(days=30)).astimezone(self._zone).date(),
            "Probability": float(probability), "ForecastCategory": forecast,
            "CreatedById": build_id("User", found.owner.number), "CreatedDate": since,
        })  # fmt: skip

    def _system(self, found: Prospect, created: datetime, changed: datetime) -> Row:
        return {
            "OwnerId": build_id("User", found.owner.number), "CreatedDate": created,
            "LastModifiedDate": changed, "SystemModstamp": changed, "CurrencyIsoCode": "USD",
        }  # fmt: skip


def _address(prefix: str, address: Address) -> Row:
    parts = {
        f"{prefix}Street": ", ".join(part for part in (address.street, address.street2) if part),
        f"{prefix}City": address.city, f"{prefix}State": address.state_code,
        f"{prefix}PostalCode": address.postal_code, f"{prefix}Country": address.country,
    }  # fmt: skip
    compound = {name.removeprefix(prefix).lower(): value for name, value in parts.items()}
    return parts | {f"{prefix}Address" if prefix else "Address": compound}
