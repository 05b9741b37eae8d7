"""Companies, contacts and deals of the economy as records of Attio's standard objects.

Source: docs.attio.com standard objects (companies, people, deals), read 2026-11. Attributes are
those every workspace has; empty ones are `[]`.
"""

from collections.abc import Iterable
from datetime import datetime

from include.sandbox.economy.accounts import System, build_told
from include.sandbox.economy.deals import REPS, Deal
from include.sandbox.economy.records import Party
from include.sandbox.seeded_random import build_dice
from include.sandbox.vendors.attio import shapes
from include.sandbox.vendors.attio.shapes import Json, build_uuid

CATEGORIES = ("Retail", "Hospitality", "Outdoor", "Wholesale", "Education")


class Recorder:
    """Makes the records of one workspace.

    Attributes:
        members: Ids of the workspace members, who own deals and wrote notes.
    """

    def __init__(self, seed: int, workspace: str) -> None:
        self.seed = seed
        self.workspace_id = build_uuid("workspace", workspace)
        self.slug = workspace
        self.members = [build_uuid("member", workspace, rep.number) for rep in REPS]

    def member(self, number: int) -> Json:
        """A member by number."""
        return {"type": "workspace-member", "id": self.members[number - 1]}

    def actor(self, *scope: object) -> Json:
        """A member, by the dice of the scope."""
        dice = build_dice(self.seed, "attio", "actor", *scope)
        return {"type": "workspace-member", "id": dice.choice(self.members)}

    def object_id(self, slug: str) -> str:
        return build_uuid("object", self.slug, slug)

    def record_id(self, slug: str, key: object) -> str:
        return build_uuid("record", self.slug, slug, key)

    def attribute_ids(self, owner: str, owner_id: str, slug: str) -> Json:
        attribute_id = build_uuid("attribute", owner_id, slug)
        return {"workspace_id": self.workspace_id, owner: owner_id, "attribute_id": attribute_id}

    def record(self, slug: str, key: object, at: datetime, values: dict[str, list[Json]]) -> Json:
        """The record around its values; the system attributes are values, too."""
        record_id, actor = self.record_id(slug, key), self.actor(slug, key)
        created = shapes.build_value("timestamp", at, shapes.SYSTEM, value=shapes.build_instant(at))
        creator = shapes.build_value(
            "actor-reference",
            at,
            shapes.SYSTEM,
            referenced_actor_type=actor["type"],
            referenced_actor_id=actor["id"],
        )
        number = {"record_id": shapes.build_text(at, shapes.SYSTEM, record_id)}
        noun = {"companies": "company", "people": "person", "deals": "deal"}[slug]
        return {
            "id": {
                "workspace_id": self.workspace_id,
                "object_id": self.object_id(slug),
                "record_id": record_id,
            },
            "created_at": shapes.build_instant(at),
            "web_url": f"https://app.attio.com/{self.slug}/{noun}/{record_id}",
            "values": {**number, **values, "created_at": [created], "created_by": [creator]},
        }

    def company(self, party: Party, at: datetime, team: Iterable[Party], now: datetime) -> Json:
        """A company with its contacts; a move makes a newer location."""
        dice = build_dice(self.seed, "attio", "company", party.party_id)
        actor = self.actor("companies", party.party_id)
        ids = self.attribute_ids("object_id", self.object_id("companies"), "categories")
        chosen = dice.sample(CATEGORIES, dice.randint(0, 2))
        domain = shapes.build_value(
            "domain", at, shapes.SYSTEM, domain=party.domain, root_domain=party.domain
        )
        links = [self.record_id("people", person.party_id) for person in team]
        return self.record(
            "companies",
            party.party_id,
            at,
            {
                "name": shapes.build_text(at, actor, party.company_name),
                "domains": [domain],
                "description": [],
                "categories": [shapes.build_select(at, actor, ids, name) for name in chosen],
                "primary_location": [_build_location(party, at, actor, now)],
                "team": [shapes.build_reference(at, actor, "people", link) for link in links],
                "linkedin": shapes.build_text(
                    at, shapes.SYSTEM, f"https://www.linkedin.com/company/{party.domain}"
                ),
                "twitter": [],
                "facebook": [],
                "instagram": [],
                "angellist": [],
            },
        )

    def person(self, party: Party, employer: Party, at: datetime, now: datetime) -> Json:
        """A contact: at the work address, some with the private one, too."""
        actor = self.actor("people", party.party_id)
        dice = build_dice(self.seed, "attio", "person", party.party_id)
        told = build_told(System(self.seed, "acme", "attio"), party, at)
        name = shapes.build_value(
            "personal-name",
            at,
            actor,
            first_name=told.first_name,
            last_name=told.last_name,
            full_name=f"{told.first_name} {told.last_name}".strip(),
        )
        addresses = [party.second_email] if party.employer else [party.email]
        if party.employer and dice.random() < 0.3:
            addresses.append(party.email)
        country = party.addresses[0][1].country_code
        phones = [shapes.build_phone(at, actor, party.work_phone or party.phone_at(at), country)]
        job = dice.choice(("Buyer", "Store manager", "Owner", "Office manager"))
        company = self.record_id("companies", employer.party_id)
        return self.record(
            "people",
            party.party_id,
            at,
            {
                "name": [name],
                "email_addresses": [shapes.build_email(at, actor, text) for text in addresses],
                "phone_numbers": phones if dice.random() < 0.9 else [],
                "job_title": shapes.build_text(at, actor, job),
                "company": [shapes.build_reference(at, actor, "companies", company)],
                "description": [],
                "primary_location": [_build_location(party, at, actor, now)]
                if dice.random() < 0.5
                else [],
                "linkedin": [],
                "twitter": [],
                "facebook": [],
                "instagram": [],
            },
        )

    def deal(self, deal: Deal) -> Json:
        """One deal in its present stage; the value is settled when it is won."""
        at, actor = deal.created_at, self.member(deal.owner.number)
        since, stage = deal.history[-1]
        ids = self.attribute_ids("object_id", self.object_id("deals"), "stage")
        company = self.record_id("companies", deal.company.party_id)
        people = [self.record_id("people", person.party_id) for person in deal.contacts]
        worth = deal.value // 100 if deal.value % 100 == 0 else deal.value / 100
        valued = since if deal.sale_key and stage.startswith("Won") else at
        value = shapes.build_value(
            "currency", valued, actor, currency_value=worth, currency_code="USD"
        )
        owner = shapes.build_value(
            "actor-reference",
            at,
            actor,
            referenced_actor_type="workspace-member",
            referenced_actor_id=actor["id"],
        )
        return self.record(
            "deals",
            deal_key(deal),
            at,
            {
                "name": shapes.build_text(at, actor, deal.name),
                "stage": [shapes.build_status(since, actor, ids, stage)],
                "owner": [owner],
                "value": [value] if stage != "Lead" else [],
                "associated_people": [
                    shapes.build_reference(at, actor, "people", person) for person in people
                ],
                "associated_company": [shapes.build_reference(at, actor, "companies", company)],
            },
        )


def deal_key(deal: Deal) -> str:
    """What a deal is known by for ever; its number counts only what is known by now."""
    return f"{deal.company.party_id}/{deal.created_at.isoformat()}/{deal.value}"


def _build_location(party: Party, at: datetime, actor: Json, now: datetime) -> Json:
    known = [version for version in party.addresses if version[0] < now] or party.addresses[:1]
    moved, address = known[-1]
    return shapes.build_location(max(at, moved), actor, address)
