"""Summit's requests as the sub-account shows them: contacts, opportunities, talks, visits.

One contact per person who spoke, one opportunity per request, one conversation per contact with
messages, one calendar event per visit.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from include.sandbox.economy.accounts import System, build_told
from include.sandbox.economy.business import Business
from include.sandbox.economy.campaigns import Click
from include.sandbox.economy.leads import Agent, Prospect, build_agents
from include.sandbox.economy.records import Account
from include.sandbox.seeded_random import build_token

Json = dict[str, Any]
STAGES = ("new", "contacted", "booked", "quoted")
CALENDARS = ("HVAC", "Roofing")
SERVICE_FIELD = "service"
RECURRING = 7
MESSAGE_TYPES = {"sms": "TYPE_SMS", "email": "TYPE_EMAIL", "call": "TYPE_CALL"}


class SubAccount:
    """All lists of one location at one instant; rows are as the API sends them.

    Attributes:
        records_of: party_id -> ids of its contact, opportunities, conversation and events.
    """

    def __init__(
        self,
        business: Business,
        clicks: Mapping[str, Click],
        seed: int,
        start: datetime,
        location_id: str,
    ) -> None:
        self.location_id = location_id
        self._seed, self._zone, self._clicks = seed, ZoneInfo(business.timezone), clicks
        self.pipelines = self._build_pipelines()
        self.calendars = [self._build_calendar(name) for name in CALENDARS]
        self.users = [self._build_user(agent) for agent in build_agents(start)]
        self.records_of: dict[str, list[str]] = {}
        self._told: dict[str, Account] = {}
        by_person: dict[str, list[Prospect]] = {}
        for prospect in business.prospects:
            by_person.setdefault(prospect.contact.party_id, []).append(prospect)
            self._tell(prospect)
        self.contacts = [self._build_contact(found) for found in by_person.values()]
        self.opportunities = [self._build_opportunity(found) for found in business.prospects]
        self.conversations = [
            self._build_conversation(found)
            for found in by_person.values()
            if any(prospect.messages for prospect in found)
        ]
        self.events = [
            self._build_event(found) for found in business.prospects if found.appointment
        ]

    def find_id(self, *scope: object) -> str:
        return build_token(self._seed, "gohighlevel", *scope, length=20)

    def _tell(self, prospect: Prospect) -> Account:
        """The person as typed in at the first request."""
        key = prospect.contact.party_id
        if key not in self._told:
            system = System(self._seed, "summit", "gohighlevel")
            self._told[key] = build_told(system, prospect.contact, prospect.came_at)
        return self._told[key]

    def _keep(self, party_id: str, row: Json) -> Json:
        self.records_of.setdefault(party_id, []).append(row["id"])
        return row

    def _build_pipelines(self) -> list[Json]:
        found = []
        for name in ("Service Requests", "Maintenance Plans"):
            stages = [
                {"id": self.find_id("stage", name, stage), "name": stage.title(), "position": place}
                for place, stage in enumerate(STAGES)
            ]
            found.append({
                "id": self.find_id("pipeline", name), "name": name, "stages": stages,
                "showInFunnel": True, "showInPieChart": True, "locationId": self.location_id,
            })  # fmt: skip
        return found

    def _build_calendar(self, name: str) -> Json:
        return {
            "id": self.find_id("calendar", name), "locationId": self.location_id,
            "name": f"{name} visits", "calendarType": "round_robin", "isActive": True,
            "groupId": self.find_id("group"), "slotDuration": 60, "slotDurationUnit": "mins",
        }  # fmt: skip

    def _build_user(self, agent: Agent) -> Json:
        roles = {
            "type": "account", "role": "admin" if agent.role == "manager" else "user",
            "locationIds": [self.location_id],
        }  # fmt: skip
        return {
            "id": self.find_id("user", agent.number), "firstName": agent.first_name,
            "name": f"{agent.first_name} {agent.last_name}", "lastName": agent.last_name,
            "email": agent.email, "phone": agent.phone, "roles": roles, "deleted": False,
        }  # fmt: skip

    def _build_contact(self, found: list[Prospect]) -> Json:
        """A person with all requests; the first one says where it came from."""
        first, person, told = found[0], found[0].contact, self._tell(found[0])
        address = person.addresses[-1][1]
        won = any(prospect.stage == "won" for prospect in found)
        changed = max(prospect.updated_at for prospect in found)
        return self._keep(person.party_id, {
            "id": self.find_id("contact", person.party_id), "locationId": self.location_id,
            "firstNameLowerCase": told.first_name.lower(),
            "lastNameLowerCase": told.last_name.lower(), "email": told.email,
            "companyName": first.party.company_name or None, "phone": told.phone,
            "address": address.street, "city": address.city, "state": address.state_code,
            "postalCode": address.postal_code, "country": address.country_code,
            "timezone": self._zone.key, "type": "customer" if won else "lead",
            "source": {"call": "phone call", "form": "website form", "text": "sms"}[first.way],
            "tags": sorted({prospect.service.line.lower() for prospect in found}),
            "dnd": False, "assignedTo": self.find_id("user", first.owner.number),
            "followers": [], "additionalEmails": [], "dateAdded": _utc(first.came_at),
            "dateUpdated": _utc(changed),
            "customFields": [
                {"id": self.find_id("field", SERVICE_FIELD), "value": first.service.name}
            ],
            "attributions": [self._build_attribution(first)],
        })  # fmt: skip

    def _build_attribution(self, found: Prospect) -> Json:
        touch, click = found.touch, self._clicks.get(found.key)
        row: Json = {
            "url": "https://www.summit-home.example/", "utmSource": touch.source,
            "utmMedium": touch.medium, "medium": found.way,
        }  # fmt: skip
        if touch.campaign:
            row["campaign"] = touch.campaign
        if click is not None:
            row["fbclid" if touch.channel == "paid_social" else "gclid"] = click.click_id
        return row

    def _build_opportunity(self, found: Prospect) -> Json:
        pipeline = self.pipelines[0]
        stages = [stage for _, stage in found.history if stage in STAGES]
        closed = found.closed_at
        stage_at = [at for at, stage in found.history if stage in STAGES][-1]
        contact, told = found.contact, self._tell(found)
        changed = max([found.history[-1][0], *found.edits])
        return self._keep(contact.party_id, {
            "id": self.find_id("opportunity", found.number),
            "name": f"{told.first_name} {told.last_name} - {found.service.name}",
            "monetaryValue": found.value / 100, "pipelineId": pipeline["id"],
            "pipelineStageId": self.find_id("stage", pipeline["name"], stages[-1]),
            "assignedTo": self.find_id("user", found.owner.number),
            "status": "open" if found.is_open else found.stage, "source": found.touch.channel,
            "lastStatusChangeAt": _utc(closed or found.came_at),
            "lastStageChangeAt": _utc(stage_at), "createdAt": _utc(found.came_at),
            "updatedAt": _utc(changed), "contactId": self.find_id("contact", contact.party_id),
            "locationId": self.location_id,
            "lostReasonId": self.find_id("lost", found.lost_reason) if found.lost_reason else None,
            "contact": {
                "id": self.find_id("contact", contact.party_id),
                "name": f"{told.first_name} {told.last_name}".strip(), "email": told.email,
                "phone": told.phone, "tags": [],
            },
            "customFields": [
                {"id": self.find_id("field", "line"), "fieldValue": [found.service.line]}
            ],
            "notes": [], "tasks": [], "calendarEvents": [], "followers": [],
        })  # fmt: skip

    def _build_conversation(self, found: list[Prospect]) -> Json:
        person, told = found[0].contact, self._tell(found[0])
        messages = sorted((m for p in found for m in p.messages), key=lambda message: message.at)
        last = messages[-1]
        name = f"{told.first_name} {told.last_name}".strip()
        since, until = _milliseconds(messages[0].at), _milliseconds(last.at)
        return self._keep(person.party_id, {
            "id": self.find_id("conversation", person.party_id), "locationId": self.location_id,
            "contactId": self.find_id("contact", person.party_id), "fullName": name,
            "contactName": name, "email": told.email or "",
            # What they talk over is known, whatever the contact says.
            "phone": person.phone_at(found[0].came_at),
            "type": "TYPE_PHONE", "unreadCount": 1 if last.inbound else 0,
            "lastMessageType": MESSAGE_TYPES[last.channel], "lastMessageBody": last.text,
            "lastMessageDate": until, "dateAdded": since, "dateUpdated": until, "sort": [until],
        })  # fmt: skip

    def _build_event(self, found: Prospect) -> Json:
        visit = found.appointment
        if visit is None:
            raise ValueError(f"{found.key} has no visit")
        ends = visit.starts_at + timedelta(minutes=visit.minutes)
        key = self.find_id("event", found.number)
        series: Json = {"id": key, "isRecurring": False}
        if found.number % RECURRING == 0:
            # An instance of a series: the id names when it is.
            at = f"{_milliseconds(visit.starts_at)}_{visit.minutes * 60}"
            series = {
                "id": f"{key}_{at}",
                "isRecurring": True,
                "masterEventId": key,
                "rrule": "RRULE:FREQ=MONTHLY;INTERVAL=6;COUNT=4",
            }
        return self._keep(found.contact.party_id, {
            **series, "locationId": self.location_id,
            "calendarId": self.find_id("calendar", found.service.line),
            "contactId": self.find_id("contact", found.contact.party_id),
            "groupId": self.find_id("group"), "title": f"{found.service.name} visit",
            "appointmentStatus": visit.status, "users": [],
            "assignedUserId": self.find_id("user", found.owner.number),
            "address": found.contact.addresses[-1][1].street,
            "startTime": self._local(visit.starts_at), "endTime": self._local(ends),
            "dateAdded": self._local(visit.booked_at),
            "dateUpdated": self._local(visit.booked_at), "createdBy": {"source": "calendar_page"},
        })  # fmt: skip

    def _local(self, instant: datetime) -> str:
        """Calendar times come with the location's offset."""
        return instant.astimezone(self._zone).isoformat(timespec="seconds")


def _utc(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _milliseconds(instant: datetime) -> int:
    return int(instant.timestamp() * 1000)
