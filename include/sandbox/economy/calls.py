"""Call tracking of summit: numbers per campaign, the calls to them, forms and text threads."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from include.sandbox.economy.campaigns import Click
from include.sandbox.economy.leads import Agent, Message, Prospect
from include.sandbox.economy.names import CITIES
from include.sandbox.seeded_random import between, build_dice, shop_hours

COMPANIES = ("Summit Home Services", "Summit Roofing")
TAGS = ("New Customer", "Existing Customer", "Spam", "Wrong Number", "Follow Up", "Quote Given")


@dataclass(frozen=True, slots=True)
class Tracker:
    """A tracking number.

    Attributes:
        kind: source (one campaign or place) or session (a pool on the website).
        company: 1-based position in `COMPANIES`.
        campaign: `Touch.campaign`; None for organic, direct and referral.
        source_name: As shown in the reports.
        phone, destination: E.164; calls to `phone` ring at `destination`.
    """

    number: int
    name: str
    kind: str
    company: int
    source: str
    campaign: str | None
    source_name: str
    phone: str
    destination: str
    created_at: datetime
    disabled_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """One call.

    Attributes:
        prospect: Who called, if it was about work; None for spam and wrong numbers.
        name: As the phone company shows it; upper case, cut, or empty.
        seconds: Talk or voicemail length; 0 when nobody answered and nothing was said.
        lead_status: good_lead, not_a_lead or None when nobody has scored it yet.
        value: Cents won through it, None before the sale.
        click: The ad click before it, with its gclid.
    """

    number: int
    at: datetime
    tracker: Tracker
    inbound: bool
    caller: str
    name: str
    city: str
    state: str
    prospect: Prospect | None
    answered: bool
    voicemail: bool
    seconds: int
    first_call: bool
    lead_status: str | None
    value: int | None
    agent: Agent | None
    tags: tuple[str, ...]
    note: str
    click: Click | None


@dataclass(frozen=True, slots=True)
class FormSubmission:
    """A filled-in form; `fields` is what the person typed."""

    number: int
    at: datetime
    tracker: Tracker
    prospect: Prospect
    landing: str
    fields: dict[str, str]
    click: Click | None


@dataclass(frozen=True, slots=True)
class TextThread:
    """All texts between one person and one tracker; `messages` oldest first, at least one."""

    number: int
    tracker: Tracker
    prospect: Prospect
    phone: str
    messages: tuple[Message, ...]

    @property
    def started_at(self) -> datetime:
        return self.messages[0].at

    @property
    def last_at(self) -> datetime:
        return self.messages[-1].at


@dataclass(slots=True)
class CallBook:
    """Everything in the call tracking account, oldest first."""

    companies: tuple[str, ...]
    trackers: list[Tracker]
    tags: tuple[str, ...]
    calls: list[Call]
    forms: list[FormSubmission]
    threads: list[TextThread]


def build_trackers(start: datetime) -> list[Tracker]:
    """The numbers summit publishes, one per campaign or listing, and the website's pool."""
    rows = (
        ("Furnace - Google Ads", "source", 1, "google", "furnace_repair", "Google Ads"),
        ("Roof - Google Ads", "source", 2, "google", "roof_leak", "Google Ads"),
        ("Tune-up - Facebook", "source", 1, "facebook", "spring_tuneup", "Facebook"),
        ("Storm - Instagram", "source", 2, "instagram", "storm_damage", "Instagram"),
        ("Website pool", "session", 1, "google", None, "Google Organic"),
        ("Main line", "source", 1, "(direct)", None, "Direct"),
        ("Yelp listing", "source", 1, "yelp.example", None, "Yelp"),
        ("Radio 2024", "source", 1, "radio", None, "Radio"),
    )
    return [
        Tracker(
            number,
            *row,
            phone=f"+1312555{1000 + number:04d}",
            destination="+13125559000",
            created_at=start - timedelta(days=40 - number),
            disabled_at=start + timedelta(days=31) if row[0].startswith("Radio") else None,
        )
        for number, row in enumerate(rows, 1)
    ]


def build_calls(
    seed: int,
    prospects: list[Prospect],
    click_of: Mapping[str, Click],
    agents: tuple[Agent, ...],
    start: datetime,
    now: datetime,
) -> CallBook:
    """Calls, forms and texts up to `now`: the prospects', their repeats, and one in six junk."""
    trackers = build_trackers(start)
    by_source = {(t.source, t.campaign): t for t in trackers}
    calls: list[Call] = []
    forms: list[FormSubmission] = []
    threads: list[TextThread] = []
    for prospect in prospects:
        dice = build_dice(seed, "callrail", prospect.number)
        # Apart, so that a request that moves on changes nothing about when people called.
        rhythm = build_dice(seed, "callrail", "rhythm", prospect.number)
        tracker = by_source[prospect.touch.source, prospect.touch.campaign]
        click = click_of.get(prospect.key)
        if prospect.way == "call":
            calls += _build_talks(dice, rhythm, prospect, tracker, click, agents)
        elif prospect.way == "form":
            forms.append(_build_form(dice, prospect, tracker, click))
        texts = tuple(m for m in prospect.messages if m.channel == "sms" and m.at < now)
        if texts:
            threads.append(TextThread(0, tracker, prospect, _phone_of(prospect), texts))
        if rhythm.random() < 0.17:
            calls.append(_build_junk(rhythm, prospect.came_at, trackers))
    calls = [call for call in calls if call.at < now]
    calls.sort(key=lambda call: (call.at, call.caller))
    threads.sort(key=lambda thread: (thread.started_at, thread.phone))
    _number(calls, forms, threads)
    return CallBook(COMPANIES, trackers, TAGS, calls, forms, threads)


def _number(*lists: list[Call] | list[FormSubmission] | list[TextThread]) -> None:
    for rows in lists:
        for number, row in enumerate(rows, 1):
            object.__setattr__(row, "number", number)


def _build_talks(
    dice: random.Random,
    rhythm: random.Random,
    prospect: Prospect,
    tracker: Tracker,
    click: Click | None,
    agents: tuple[Agent, ...],
) -> list[Call]:
    """The first call, and sometimes a second about the same work."""
    address = prospect.contact.addresses[0][1]
    reached = prospect.reached("contacted") is not None
    answered = reached or dice.random() < 0.3
    shown = f"{prospect.last_name} {prospect.contact.first_name}".upper()[:15]
    known = dice.random() < 0.8
    found = []
    for again in (False, True) if rhythm.random() < 0.25 else (False,):
        at = prospect.came_at + timedelta(hours=rhythm.randrange(2, 90) if again else 0)
        won = prospect.stage == "won"
        found.append(
            Call(
                number=0,
                at=at,
                tracker=tracker,
                inbound=not again or dice.random() < 0.5,
                caller=_phone_of(prospect),
                name=shown if known else "",
                city=address.city,
                state=address.state_code,
                prospect=prospect,
                answered=answered,
                voicemail=not answered and dice.random() < 0.6,
                seconds=dice.randrange(45, 900) if answered else dice.randrange(0, 40),
                first_call=not again,
                lead_status="good_lead" if reached else dice.choice(("not_a_lead", None)),
                value=prospect.value if won and not again else None,
                agent=agents[3] if answered else None,
                tags=("New Customer", "Quote Given") if prospect.reached("quoted") else TAGS[:1],
                note="asked for a quote" if dice.random() < 0.2 else "",
                click=click,
            )
        )
    return found


def _phone_of(prospect: Prospect) -> str:
    return prospect.contact.phone_at(prospect.came_at)


def _build_form(
    dice: random.Random, prospect: Prospect, tracker: Tracker, click: Click | None
) -> FormSubmission:
    person = prospect.contact
    landing = click.campaign.landing if click else "/contact"
    typed = {
        "name": f"{person.first_name} {prospect.last_name}",
        "email": person.email if dice.random() < 0.9 else person.second_email,
        "phone": _phone_of(prospect),
        "message": prospect.messages[0].text,
    }
    return FormSubmission(0, prospect.came_at, tracker, prospect, landing, typed, click)


def _build_junk(dice: random.Random, around: datetime, trackers: list[Tracker]) -> Call:
    """Spam or a wrong number, in the days after."""
    city, _, state, _, _, area, _ = dice.choice([row for row in CITIES if row[4] == "US"])
    spam = dice.random() < 0.7
    at = shop_hours(dice, between(dice, around, around + timedelta(days=3)))
    return Call(
        number=0,
        at=max(at, around),
        tracker=dice.choice(trackers[:7]),
        inbound=True,
        caller=f"+1{area}555{dice.randrange(10_000):04d}",
        name="SPAM RISK" if spam else "",
        city=city,
        state=state,
        prospect=None,
        answered=dice.random() < 0.6,
        voicemail=False,
        seconds=dice.randrange(0, 25),
        first_call=True,
        lead_status="not_a_lead",
        value=None,
        agent=None,
        tags=("Spam",) if spam else ("Wrong Number",),
        note="",
        click=None,
    )
