"""What the storm counts of alerts: told once, told again under the same id, twice, or never."""

from typing import Any

import pytest

from tests.storm.told import compare

ALERT = (7, "acme/attio load_failed", 0)
NOTES = [(7, "opened", 1), (7, "resolved", 1)]


def _message(number: int, news: str, *alerts: int) -> dict[str, Any]:
    return {"delivery_id": number, "news": news, "alerts": [{"alert_id": one} for one in alerts]}


OPENED, RESOLVED = _message(1, "opened", 7), _message(2, "resolved", 7)


def test_once_each_is_well_also_when_a_message_comes_again_under_its_id() -> None:
    assert compare([OPENED, RESOLVED], NOTES, [ALERT]) == []
    assert compare([OPENED, OPENED, RESOLVED], NOTES, [ALERT]) == []
    assert compare([OPENED, _message(2, "partly", 7)], NOTES, [ALERT]) == []


def test_one_that_came_back_may_be_told_again() -> None:
    messages = [OPENED, RESOLVED, _message(3, "opened", 7), _message(4, "resolved", 7)]
    notes = [(7, "opened", 2), (7, "resolved", 2)]
    assert compare(messages, notes, [(*ALERT[:-1], 1)]) == []
    assert compare(messages, notes, [ALERT])


def test_what_waits_for_others_of_its_kind_is_not_missed() -> None:
    assert compare([], [], [ALERT]) == []
    assert compare([OPENED], NOTES[:1], [ALERT]) == []


@pytest.mark.parametrize(
    ("messages", "said"),
    [
        ([OPENED, _message(3, "opened", 7), RESOLVED], "opened sent 1, heard 2"),
        ([OPENED, RESOLVED, _message(3, "resolved", 7)], "resolved was told 2 times"),
        ([OPENED], "resolved sent 1, heard 0"),
        ([RESOLVED], "opened sent 1, heard 0"),
        ([OPENED, RESOLVED, _message(3, "repeated", 7)], "repeated sent 0, heard 1"),
    ],
)
def test_what_is_told_twice_or_never_is_a_fault(messages: Any, said: str) -> None:
    found = compare(messages, NOTES, [ALERT])
    assert any(said in fault for fault in found), found
