"""Acme's wholesale sales team: deals with companies, notes, tasks and lists (Attio).

Every wholesale sale and every estimate of the books had a deal before it; others were lost.
"""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from include.sandbox.economy.business import Business
from include.sandbox.economy.records import Party, Sale
from include.sandbox.seeded_random import between, build_dice

STAGES = ("Lead", "In Progress", "Proposal", "Won 🎉", "Lost")


@dataclass(frozen=True, slots=True)
class Rep:
    """A workspace member."""

    number: int
    first_name: str
    last_name: str
    email: str
    level: str


@dataclass(slots=True)
class Deal:
    """One opportunity with one company.

    Attributes:
        company: Who buys.
        contacts: People at the company; at least one, the company's own contact otherwise.
        value: Cents; what the sale came to when won.
        history: (since, stage), oldest first.
        sale_key: `Sale.key` of the wholesale sale it became.
    """

    number: int
    name: str
    company: Party
    contacts: list[Party]
    owner: Rep
    value: int
    history: list[tuple[datetime, str]]
    sale_key: str | None = None

    @property
    def stage(self) -> str:
        return self.history[-1][1]

    @property
    def created_at(self) -> datetime:
        return self.history[0][0]

    @property
    def updated_at(self) -> datetime:
        return self.history[-1][0]


@dataclass(frozen=True, slots=True)
class Note:
    """Free text on a company; `deal` if it is about one."""

    number: int
    at: datetime
    title: str
    text: str
    company: Party
    deal: Deal | None
    author: Rep


@dataclass(frozen=True, slots=True)
class Task:
    """Something to do; `done_at` None while open."""

    number: int
    created_at: datetime
    text: str
    due_at: datetime
    done_at: datetime | None
    deal: Deal
    assignee: Rep


@dataclass(frozen=True, slots=True)
class Entry:
    """A company on a list; `tier` A, B or C by what it bought."""

    number: int
    company: Party
    added_at: datetime
    tier: str


@dataclass(slots=True)
class SalesDesk:
    """Everything in the CRM.

    Attributes:
        companies: (company, since when it is known), by time; every buyer and every lost one.
        people: (person, company, since).
        lists: Name -> entries.
    """

    reps: tuple[Rep, ...]
    companies: list[tuple[Party, datetime]]
    people: list[tuple[Party, Party, datetime]]
    deals: list[Deal]
    notes: list[Note]
    tasks: list[Task]
    lists: dict[str, list[Entry]] = field(default_factory=dict)


REPS = tuple(
    Rep(number, first, last, f"{first}@acme.example".lower(), level)
    for number, (first, last, level) in enumerate(
        (("Tess", "Marlow", "admin"), ("Ravi", "Iyer", "member"), ("Joan", "Petit", "member")), 1
    )
)


def build_desk(
    seed: int, business: Business, people: list[Party], start: datetime, now: datetime
) -> SalesDesk:
    """The CRM at `now`, from acme's wholesale sales and estimates."""
    staff: dict[str, list[Party]] = {}
    for person in people:
        if person.employer:
            staff.setdefault(person.employer, []).append(person)
    deals: list[Deal] = []
    for sale in business.sales["quickbooks"]:
        if sale.channel in ("wholesale", "estimate") and sale.party.is_company:
            deals.append(_build_deal(seed, sale, staff, start))
    deals.sort(key=lambda deal: (deal.created_at, deal.sale_key or "", deal.name))
    for number, deal in enumerate(deals, 1):
        deal.number = number
        deal.history = [step for step in deal.history if step[0] < now] or deal.history[:1]
    deals = [deal for deal in deals if deal.created_at < now]
    known: dict[str, tuple[Party, datetime]] = {}
    met: dict[str, tuple[Party, Party, datetime]] = {}
    for deal in deals:
        since = deal.created_at - timedelta(minutes=3)
        known.setdefault(deal.company.party_id, (deal.company, since))
        for person in deal.contacts:
            met.setdefault(person.party_id, (person, deal.company, since + timedelta(minutes=1)))
    notes, tasks = _build_work(seed, deals, now)
    desk = SalesDesk(REPS, list(known.values()), list(met.values()), deals, notes, tasks)
    desk.lists = _build_lists(desk, start)
    return desk


def _build_deal(seed: int, sale: Sale, staff: dict[str, list[Party]], start: datetime) -> Deal:
    dice = build_dice(seed, "deal", sale.key)
    first = max(sale.placed_at - timedelta(days=dice.randrange(5, 60)), start)
    history = [(first, "Lead")]
    for stage, share in (("In Progress", 0.4), ("Proposal", 0.75)):
        at = first + (sale.placed_at - first) * share
        if at > history[-1][0]:
            history.append((at.replace(microsecond=0), stage))
    won = sale.channel == "wholesale"
    if won:
        history.append((sale.placed_at, "Won 🎉"))
    elif dice.random() < 0.7:
        history.append((sale.placed_at + timedelta(days=dice.randrange(5, 40)), "Lost"))
    company = sale.party
    return Deal(
        number=0,
        name=f"{company.company_name} - {sale.lines[0].listing.subcategory}",
        company=company,
        contacts=staff.get(company.party_id, [company])[:3],
        owner=dice.choice(REPS),
        value=sale.total,
        history=history,
        sale_key=sale.key if won else None,
    )


def _build_work(seed: int, deals: list[Deal], now: datetime) -> tuple[list[Note], list[Task]]:
    notes: list[Note] = []
    tasks: list[Task] = []
    for deal in deals:
        dice = build_dice(seed, "deal-work", deal.number, deal.company.party_id)
        after = deal.history[-1][0] + timedelta(days=2)
        if dice.random() < 0.5:
            at = between(dice, deal.created_at, after)
            text = dice.choice(("Wants samples first.", "Asked for net 45.", "Ships to two sites."))
            notes.append(Note(0, at, "Call with buyer", text, deal.company, deal, deal.owner))
        if dice.random() < 0.4:
            tasks.append(_build_task(dice, deal, after))
    notes = sorted((note for note in notes if note.at < now), key=lambda n: (n.at, n.deal.number))  # type: ignore[union-attr]
    tasks = sorted((t for t in tasks if t.created_at < now), key=lambda t: (t.created_at, t.text))
    for rows in (notes, tasks):
        for number, row in enumerate(rows, 1):
            object.__setattr__(row, "number", number)
    for task in tasks:
        if task.done_at is not None and task.done_at >= now:
            object.__setattr__(task, "done_at", None)
    return notes, tasks


def _build_task(dice: random.Random, deal: Deal, after: datetime) -> Task:
    made = between(dice, deal.created_at, after)
    due = made + timedelta(days=dice.randrange(1, 10))
    done = made + timedelta(hours=dice.randrange(2, 200)) if dice.random() < 0.8 else None
    text = f"Send the price list to {deal.company.company_name}"
    return Task(0, made, text, due, done, deal, deal.owner)


def _build_lists(desk: SalesDesk, start: datetime) -> dict[str, list[Entry]]:
    """Key accounts: companies that won at least twice; Wholesale: all of them."""
    wins: dict[str, list[Deal]] = {}
    for deal in desk.deals:
        if deal.sale_key:
            wins.setdefault(deal.company.party_id, []).append(deal)
    wholesale = [
        Entry(number, company, since, _tier(len(wins.get(company.party_id, []))))
        for number, (company, since) in enumerate(desk.companies, 1)
    ]
    key = sorted((won[1].updated_at, party_id) for party_id, won in wins.items() if len(won) > 1)
    parties = {company.party_id: company for company, _ in desk.companies}
    keys = [
        Entry(number, parties[party_id], at, _tier(len(wins[party_id])))
        for number, (at, party_id) in enumerate(key, 1)
    ]
    return {"Wholesale": wholesale, "Key accounts": keys}


def _tier(wins: int) -> str:
    return "A" if wins > 5 else "B" if wins > 1 else "C"
