"""What is kept of a request: an event, or each event of a list, and nothing altered."""

import json

from include.core.webhook_event import UNKNOWN, EventPaths, build_event, build_events

PATHS = EventPaths("id", "type", "at")
HEADER = EventPaths("header:x-event-id", "type")


def test_a_list_is_as_many_events_each_as_it_was_written() -> None:
    """A body that was a list was settled as done, and no row came of it."""
    body = (
        b'[ {"id": "a", "type": "t", "n": 1.10},\n{"id":"b","type":"u","n":12345678901234567890} ]'
    )
    first, second = build_events({}, body, PATHS)
    assert (first.event_id, first.event_type, first.body) == (
        "a", "t", '{"id": "a", "type": "t", "n": 1.10}',
    )  # fmt: skip
    assert (second.event_id, second.event_type) == ("b", "u")
    assert "12345678901234567890" in second.body


def test_elements_without_an_id_of_their_own_are_told_apart_and_stay_the_same() -> None:
    body = b'[{"type": "t"}, {"type": "t"}]'
    found = [event.event_id for event in build_events({}, body, PATHS)]
    assert len(set(found)) == 2
    assert found == [event.event_id for event in build_events({}, body, PATHS)], "sent again"
    shared = build_events({"X-Event-Id": "7"}, body, HEADER)
    assert [event.event_id for event in shared] == ["7#0", "7#1"]


def test_one_event_is_as_before() -> None:
    body = json.dumps({"id": "a", "type": "t"}).encode()
    assert build_events({}, body, PATHS) == (build_event({}, body, PATHS),)


def test_what_is_no_list_of_objects_is_kept_whole() -> None:
    for body in (b"[]", b"[1, 2]", b'[{"id": 1}, 2]', b'[{"id": 1}', b"no json", b"[" * 100_000):
        [event] = build_events({}, body, PATHS)
        assert event.event_type == UNKNOWN
        assert event.event_id.startswith("sha256:")
        assert event.body == body.decode()
