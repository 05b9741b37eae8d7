"""What the storm counts of alerts: told once, told again under the same id, twice, or never."""

from typing import Any

import pytest

from tests.storm.told import compare

ALERT = (7, "load_failed", "acme", "attio", "tasks", True, 0)


def _message(number: int, news: str, *alerts: int) -> dict[str, Any]:
    return {"delivery_id": number, "news": news, "alerts": [{"alert_id": one} for one in alerts]}


OPENED, RESOLVED = _message(1, "opened", 7), _message(2, "resolved", 7)


def test_once_each_is_well_also_when_a_message_comes_again_under_its_id() -> None:
    assert compare([OPENED, RESOLVED], [ALERT]) == []
    assert compare([OPENED, OPENED, RESOLVED], [ALERT]) == []


def test_one_that_came_back_may_be_told_again() -> None:
    back = (*ALERT[:-1], 1)
    messages = [OPENED, RESOLVED, _message(3, "opened", 7), _message(4, "resolved", 7)]
    assert compare(messages, [back]) == []
    assert compare(messages, [ALERT])


def test_what_nobody_was_told_of_needs_no_message() -> None:
    assert compare([], [(*ALERT[:-2], False, 0)]) == []


@pytest.mark.parametrize(
    ("messages", "said"),
    [
        ([OPENED, _message(3, "opened", 7), RESOLVED], "opened was told 2 times"),
        ([OPENED, RESOLVED, _message(3, "resolved", 7)], "resolved was told 2 times"),
        ([OPENED], "resolved was never told"),
        ([RESOLVED], "opened was never told"),
        ([], "opened was never told"),
    ],
)
def test_what_is_told_twice_or_never_is_a_fault(messages: Any, said: str) -> None:
    found = compare(messages, [ALERT])
    assert any(said in fault for fault in found), found
