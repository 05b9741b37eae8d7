"""First and last channel against the truth, on conversions small enough to count by hand."""

from datetime import UTC, datetime

from tests.truth.touches import (
    TrueTouch,
    build_channel,
    build_order_touches,
    build_request_touches,
    compare_touches,
    read_day,
)


def touch(
    key: str, month: int, day: int, channel: str, *, seen: bool = True, won: datetime | None = None
) -> TrueTouch:
    at = datetime(2026, month, day, 10, tzinfo=UTC)
    return TrueTouch((key,), "ann", at, won or at, "UTC", channel, seen)


def test_the_first_touch_is_the_earliest_seen_one_inside_the_look_back() -> None:
    """o1 is too old for o3, o2 nobody saw; o4's journey begins at o3, the marts say otherwise."""
    touches = [
        touch("o1", 1, 1, "Email"),
        touch("o2", 5, 1, "Referral", seen=False),
        touch("o3", 5, 2, "Direct"),
        touch("o4", 5, 3, "Paid Search"),
    ]
    told = [
        (("o1",), "Email", "Email"),
        (("o2",), "(none)", "(none)"),
        (("o3",), "Direct", "Direct"),
        (("o4",), "Paid Search", "Paid Search"),
        (("nobody's",), "Email", "Email"),
    ]
    first, last, seen = compare_touches("acme", touches, told)
    assert (first.value, first.target, first.holds) == (0.6667, 0.95, False)
    assert (last.value, last.holds) == (1.0, True)
    assert (seen.value, seen.holds) == (0.75, None)


def test_the_last_touch_is_the_latest_before_the_deal_was_won() -> None:
    touches = [
        touch("d1", 5, 1, "Email", won=datetime(2026, 5, 20, tzinfo=UTC)),
        touch("lost", 5, 10, "Direct"),
        touch("after", 5, 21, "Referral"),
    ]
    rows = compare_touches("summit", touches, [(("d1",), "Email", "Direct")])
    assert [row.value for row in rows[:2]] == [1.0, 1.0]


def test_a_key_of_two_conversions_is_judged_of_neither() -> None:
    touches = [touch("o1", 1, 1, "Email"), touch("o2", 1, 1, "Email")]
    told = [(("o1",), "Direct", "Direct"), (("o1",), "Email", "Email"), (("o2",), "Email", "Email")]
    assert [row.value for row in compare_touches("acme", touches, told)] == [1.0, 1.0, 1.0]
    assert compare_touches("acme", touches, []) == []


def test_the_truth_of_orders_and_requests_is_read_in_the_tenants_days() -> None:
    zones = {"acme": "America/Denver", "summit": "America/Chicago"}
    order = {
        "tenant": "acme", "source": "shopify", "id": "O1", "order": "acme/1", "party": "ann",
        "placed_at": "2026-03-02T05:00:00Z", "touch": ["referral", "blog.example", None],
    }  # fmt: skip
    request = {
        "key": "s/1", "party": "bob", "contact": "bob", "stage": "won", "value": 900, "way": "text",
        "touch": ["referral", "yelp.example", None], "came_at": "2026-03-01T10:00:00+00:00",
        "closed_at": "2026-03-03T03:00:00+00:00",
    }  # fmt: skip
    old = {name: value for name, value in request.items() if name != "came_at"}
    truth = {
        "visits": {"acme": {"unseen": ["acme/1"]}},
        "orders": [order, {**order, "tenant": "bazaar"}],
        "prospects": [request, old, {**request, "stage": "lost"}],
    }
    [one] = build_order_touches({**truth, "orders": [{**order, "is_visit_known": True}]}, zones)
    assert one.is_seen, "the shop's own journey saw what the site's measurement did not"
    [one] = build_order_touches(truth, zones)
    assert (one.key, one.channel, one.is_seen) == (("O1",), "Referral", False)
    assert str(read_day(one.at, one.zone)) == "2026-03-01"
    won, again = build_request_touches(truth, zones)
    assert (won.key, won.channel) == (("900", "2026-03-02"), "Organic Social")
    assert (won.is_seen, again.is_seen) == (True, False), "a second text tells nobody why it came"
    assert build_channel(["paid_search", "google", "brand"]) == "Paid Search"
