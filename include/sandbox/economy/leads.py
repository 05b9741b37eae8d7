"""Summit, home services: people who called, wrote or filled in a form, and what became of them.

One `Prospect` is one request of one person: the same one in CallRail, GoHighLevel and Salesforce.
"""

import random
from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from include.sandbox.economy.records import Party, Touch
from include.sandbox.economy.sales import Span
from include.sandbox.seeded_random import between, build_dice, build_zipf, pick, shop_hours

TOUCHES = (
    (Touch("paid_search", "google", "cpc", "furnace_repair"), 30),
    (Touch("paid_search", "google", "cpc", "roof_leak"), 18),
    (Touch("paid_social", "facebook", "paid_social", "spring_tuneup"), 13),
    (Touch("paid_social", "instagram", "paid_social", "storm_damage"), 7),
    (Touch("organic_search", "google", "organic", None), 17),
    (Touch("direct", "(direct)", "(none)", None), 9),
    (Touch("referral", "yelp.example", "referral", None), 6),
)
STAGES = ("new", "contacted", "booked", "quoted", "won", "lost")
LOST = ("price", "no answer", "chose competitor", "out of area", "postponed")


@dataclass(frozen=True, slots=True)
class Service:
    """What is sold; `low` and `high` bound the quote in cents."""

    number: int
    name: str
    line: str
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Agent:
    """An employee: a user of every system."""

    number: int
    first_name: str
    last_name: str
    email: str
    phone: str
    role: str
    hired_at: datetime


@dataclass(slots=True)
class Appointment:
    """`status`: confirmed, showed, noshow or cancelled; booked at `booked_at`."""

    booked_at: datetime
    starts_at: datetime
    minutes: int
    status: str


@dataclass(frozen=True, slots=True)
class Message:
    """`channel`: sms, email or call; `inbound`: from the person to us."""

    at: datetime
    inbound: bool
    channel: str
    text: str


@dataclass(slots=True)
class Prospect:
    """One request.

    Attributes:
        number: 1-based, in order of arrival.
        party: Who would pay: a person or a company.
        contact: The person who speaks: the party itself, or an employee of the company.
        way: call, form or text: how the first contact came.
        value: Quoted cents; an estimate before `quoted`.
        history: (since, stage), oldest first; the first is `new` at `came_at`.
        edits: Instants of changes without a new stage.
    """

    number: int
    party: Party
    contact: Party
    touch: Touch
    came_at: datetime
    way: str
    service: Service
    owner: Agent
    value: int
    history: list[tuple[datetime, str]]
    lost_reason: str | None = None
    appointment: Appointment | None = None
    messages: list[Message] = field(default_factory=list)
    edits: list[datetime] = field(default_factory=list)

    @property
    def key(self) -> str:
        return f"summit/leads/{self.number}"

    @property
    def stage(self) -> str:
        return self.history[-1][1]

    @property
    def is_open(self) -> bool:
        return self.stage not in ("won", "lost")

    @property
    def closed_at(self) -> datetime | None:
        return None if self.is_open else self.history[-1][0]

    @property
    def updated_at(self) -> datetime:
        said = [message.at for message in self.messages]
        return max(self.history[-1][0], *self.edits, *said, self.came_at)

    @property
    def last_name(self) -> str:
        """What the person was called when the request came."""
        return self.contact.last_name_at(self.came_at)

    def reached(self, stage: str) -> datetime | None:
        """When it first entered a stage; None if never."""
        return next((at for at, name in self.history if name == stage), None)


SERVICES = tuple(
    Service(number, *row)
    for number, row in enumerate(
        (
            ("Furnace repair", "HVAC", 18_000, 120_000),
            ("Furnace tune-up", "HVAC", 8_900, 8_900),
            ("AC installation", "HVAC", 420_000, 1_150_000),
            ("Roof leak repair", "Roofing", 45_000, 380_000),
            ("Roof replacement", "Roofing", 780_000, 2_600_000),
            ("Gutter cleaning", "Roofing", 14_900, 39_900),
        ),
        1,
    )
)
FOR_CAMPAIGN = {
    "furnace_repair": (0, 0, 0, 1),
    "roof_leak": (3, 3, 4, 5),
    "spring_tuneup": (1, 1, 2),
    "storm_damage": (3, 4),
}


def build_agents(start: datetime) -> tuple[Agent, ...]:
    """The five people of summit who take requests."""
    rows = (
        ("Dana", "Whitaker", "sales"), ("Luis", "Ortega", "sales"), ("Priya", "Raman", "sales"),
        ("Marcus", "Bell", "dispatcher"), ("Erin", "Kowalczyk", "manager"),
    )  # fmt: skip
    return tuple(
        Agent(
            number,
            first,
            last,
            f"{first}.{last}@summit-home.example".lower(),
            f"+1312555{9000 + number:04d}",
            role,
            start - timedelta(days=100 * number),
        )
        for number, (first, last, role) in enumerate(rows, 1)
    )


def build_prospects(
    seed: int, size: int, people: list[Party], companies: list[Party], span: Span
) -> list[Prospect]:
    """size x 0.8 requests before `span.end` plus a tail at the same rate, US parties only."""
    homes = [party for party in people if party.addresses[0][1].country_code == "US"]
    offices = [party for party in companies if party.addresses[0][1].country_code == "US"]
    staff: dict[str, list[Party]] = {}
    for person in homes:
        staff.setdefault(person.employer or "", []).append(person)
    order = build_dice(seed, "summit", "pool")
    pool = order.sample(homes, min(len(homes), max(size * 6 // 10, 30)))
    pool += order.sample(offices, min(len(offices), max(size // 10, 6)))
    order.shuffle(pool)
    weights = build_zipf(len(pool), 0.5)
    agents = build_agents(span.start)
    count = size * 8 // 10
    days = (span.end - span.start).days
    tail = count * (span.horizon - span.end).days // days
    found = []
    for position in range(count + tail):
        dice = build_dice(seed, "summit", "prospect", position)
        window = (span.end, span.horizon) if position >= count else (span.start, span.end)
        came = shop_hours(dice, between(dice, *window))
        rank = bisect_right(weights, dice.random() * weights[-1])
        party = pool[min(rank, len(pool) - 1)]
        found.append(_build_prospect(dice, party, staff, agents, came))
    found.sort(key=lambda prospect: (prospect.came_at, prospect.party.party_id))
    for number, prospect in enumerate(found, 1):
        prospect.number = number
    return found


def _build_prospect(
    dice: random.Random,
    party: Party,
    staff: dict[str, list[Party]],
    agents: tuple[Agent, ...],
    came: datetime,
) -> Prospect:
    touch = pick(dice, TOUCHES)
    wanted = FOR_CAMPAIGN.get(touch.campaign or "", (0, 1, 2, 3, 5))
    service = SERVICES[dice.choice(wanted)]
    value = dice.randint(service.low // 100, service.high // 100) * 100
    found = Prospect(
        number=0,
        party=party,
        contact=dice.choice(staff.get(party.party_id, [party])) if party.is_company else party,
        touch=touch,
        came_at=came,
        way=pick(dice, (("call", 0.58), ("form", 0.3), ("text", 0.12))),
        service=service,
        owner=agents[dice.randrange(3)],
        value=value,
        history=[(came, "new")],
    )
    _run_stages(dice, found)
    _run_talk(dice, found)
    return found


def _run_stages(dice: random.Random, found: Prospect) -> None:
    """Most never become customers; each step takes hours to weeks."""
    at = found.came_at
    for stage, share, hours in (
        ("contacted", 0.82, 30),
        ("booked", 0.66, 70),
        ("quoted", 0.8, 24 * 9),
        ("won", 0.6, 24 * 20),
    ):
        waited = at + timedelta(minutes=dice.randrange(5, hours * 60))
        if dice.random() >= share:
            if dice.random() < 0.85:
                found.history.append((waited + timedelta(days=dice.randrange(1, 20)), "lost"))
                found.lost_reason = dice.choice(LOST)
            return
        at = waited
        found.history.append((at, stage))
        if stage == "booked":
            starts = at.replace(minute=0, second=0) + timedelta(days=dice.randrange(1, 6))
            status = pick(dice, (("showed", 0.84), ("noshow", 0.08), ("cancelled", 0.08)))
            found.appointment = Appointment(at, starts, dice.choice((60, 90, 120)), status)
            at = starts + timedelta(hours=2)


def _run_talk(dice: random.Random, found: Prospect) -> None:
    """What was said: the first word, our answer, and a line per stage."""
    first = {"call": "call", "form": "email", "text": "sms"}[found.way]
    name, what = found.contact.first_name, found.service.name.lower()
    found.messages.append(Message(found.came_at, True, first, f"Hi, I need a {what}."))
    lines = {
        "contacted": (False, f"Hello {name}, this is Summit. When can we come by?"),
        "booked": (True, "That time works, thank you."),
        "quoted": (False, f"Your quote for the {what} is ${found.value // 100:,}."),
        "won": (True, "Let's do it."),
    }
    for at, stage in found.history[1:]:
        if stage in lines and dice.random() < 0.8:
            inbound, text = lines[stage]
            found.messages.append(
                Message(at + timedelta(minutes=dice.randrange(1, 20)), inbound, "sms", text)
            )
    if dice.random() < 0.1:
        found.edits.append(found.history[-1][0] + timedelta(hours=dice.randrange(3, 500)))


def run_trim_prospects(prospects: list[Prospect], as_of: datetime) -> list[Prospect]:
    """What is known at `as_of`."""
    known = [prospect for prospect in prospects if prospect.came_at < as_of]
    for prospect in known:
        prospect.history = [step for step in prospect.history if step[0] < as_of]
        prospect.messages = [message for message in prospect.messages if message.at < as_of]
        prospect.edits = [at for at in prospect.edits if at < as_of]
        if prospect.stage != "lost":
            prospect.lost_reason = None
        visit = prospect.appointment
        if visit is not None and visit.booked_at >= as_of:
            prospect.appointment = None
        elif visit is not None and visit.starts_at >= as_of:
            visit.status = "confirmed"
    return known
