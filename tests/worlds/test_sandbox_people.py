"""The sandbox's people are as hard to tell apart as those of life, and the truth knows them."""

from collections import Counter, defaultdict
from datetime import UTC, datetime

import pytest

from include.sandbox.economy.confusions import mishaps
from include.sandbox.exports import coresignal
from include.sandbox.serve.session import Session
from include.sandbox.truth import seen
from include.sandbox.truth.orders import build_identities
from include.sandbox.truth.people import build_people, build_testers
from include.sandbox.world import SIZES, World, WorldSpec, build_world
from tests.worlds.seeds import SEEDS

TENANTS = ("acme", "bazaar", "corner", "summit")
KINDS = {
    "household", "one phone", "one inbox", "namesake", "married name", "recycled phone",
    "own script", "tester", "shared inbox", "front desk", "companies of one name", "free mail",
}  # fmt: skip


def find_kinds(world: World) -> set[str]:
    """What makes people of this world hard to tell apart or to know again."""
    found = set()
    homes, phones, emails = defaultdict(list), Counter[str](), Counter[str]()
    towns = defaultdict(set)
    for person in world.people:
        street = person.addresses[0][1].street
        homes[street].append(person)
        phones[person.phone] += 1
        emails[person.email] += not person.is_test
        towns[person.first_name, person.last_name, person.addresses[0][1].city].add(street)
        found |= {"married name"} if person.former_name else set()
        found |= {"own script"} if person.native_name else set()
        found |= {"tester"} if person.is_test else set()
        found |= {"shared inbox"} if person.second_email.startswith("info@") else set()
        found |= {"front desk"} if person.work_phone else set()
    given_up = {p.former_phone[1] for p in world.people if p.former_phone}
    names = Counter(company.company_name for company in world.companies)
    facts = {
        "household": any(len(found) > 1 for found in homes.values()),
        "one phone": max(phones.values()) > 1,
        "one inbox": max(emails.values()) > 1,
        "namesake": any(len(streets) > 1 for streets in towns.values()),
        "recycled phone": any(person.phone in given_up for person in world.people),
        "companies of one name": max(names.values()) > 1,
        "free mail": any(not c.email.endswith(c.domain) for c in world.companies),
    }
    return found | {name for name, holds in facts.items() if holds}


@pytest.mark.parametrize("seed", SEEDS)
def test_every_seed_has_every_kind(seed: int) -> None:
    assert KINDS - find_kinds(build_world(WorldSpec(size=SIZES["default"], seed=seed))) == set()


def test_the_small_world_has_nearly_every_kind() -> None:
    world = build_world(WorldSpec(size=SIZES["small"]))
    assert len(find_kinds(world)) >= len(KINDS) - 2


def test_records_go_wrong_as_often_as_the_readme_says() -> None:
    """Of thousands of accounts the shares are near the rates; nothing is wrong everywhere."""
    world = build_world(WorldSpec(size=SIZES["default"]))
    accounts = [
        account
        for business in world.businesses.values()
        for found in business.accounts.values()
        for account in found
        if not account.party.is_test
    ]
    placeholder = sum(a.email in mishaps.PLACEHOLDER_EMAILS for a in accounts) / len(accounts)
    assert placeholder == pytest.approx(mishaps.PLACEHOLDER_EMAIL, rel=0.5)
    phones = [a.phone for a in accounts if a.phone]
    assert sum(p in mishaps.PLACEHOLDER_PHONES for p in phones) / len(phones) == pytest.approx(
        mishaps.PLACEHOLDER_PHONE, rel=0.5
    )
    nameless = [a for a in accounts if not a.name]
    assert 0 < len(nameless) < 0.03 * len(accounts)
    assert all(a.email or a.phone for a in nameless)
    native = [a for a in accounts if a.party.native_name]
    written = sum((a.first_name, a.last_name) == a.party.native_name for a in native)
    assert 0.15 < written / len(native) < 0.55


def build_known(session: Session) -> dict[str, dict[str, str]]:
    _, ids = coresignal.build_files(session.spec.seed, session.world.companies, session.spec.as_of)
    return build_people(build_identities(session, ids))


@pytest.mark.parametrize("seed", SEEDS)
def test_every_record_shown_is_known_to_the_truth_and_once(seed: int) -> None:
    """Only calls of nobody (spam, wrong numbers) belong to nobody."""
    session = Session(WorldSpec(size=SIZES["small"], seed=seed))
    known = build_known(session)
    for tenant in TENANTS:
        rows = seen.build_people_rows(session, tenant) + seen.build_company_rows(session, tenant)
        ids = [row["record_id"] for row in rows]
        assert len(ids) == len(set(ids))
        unknown = {one for one in ids if one not in known[tenant]}
        assert all(one.startswith("callrail:callrail:CAL") for one in unknown)
        assert len(unknown) < len(ids) / 4


def test_a_later_state_keeps_whose_a_record_is() -> None:
    early, late = (
        build_known(Session(WorldSpec(size=100, as_of=datetime(2026, month, 1, tzinfo=UTC))))
        for month in (10, 12)
    )
    for tenant in TENANTS:
        assert early[tenant].items() <= late[tenant].items()
    assert sum(map(len, late.values())) > sum(map(len, early.values()))


def test_links_lead_from_one_record_of_a_party_to_another() -> None:
    session = Session(WorldSpec(size=100))
    known = build_known(session)["acme"]
    links = seen.build_links(session, "acme")
    assert len(links) > 20
    assert all(known[row["left_record_id"]] == known[row["right_record_id"]] for row in links)


def test_testers_are_nobody() -> None:
    session = Session(WorldSpec(size=SIZES["default"]))
    testers = set(build_testers(build_identities(session, {})))
    assert testers
    assert testers <= {person.party_id for person in session.world.people if person.is_test}
