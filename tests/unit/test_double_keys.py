"""A key twice in one object: of an answer, a program's message, a webhook, a line of a bulk file.

JSON readers take the last value and say nothing; which of two amounts is right nobody knows.
"""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from include.config.connector_spec import Column, Stream
from include.connectors.shopify.bulk import join_children
from include.connectors.webhook.source import build_records
from include.core.errors import ContractBroken
from include.core.streams import Reject
from include.core.webhook_event import WebhookEvent
from include.extract.http.client import AnswerRules, HttpClient, HttpLimits
from tests.unit.fake_api import FakeApi, Reply

LIMITS = HttpLimits(connect_s=1, read_s=1, tries=1)
TWICE = (
    b'{"data": [{"id": 1, "amount": 5, "amount": 50}]}',
    b'{"data": [{"id": 1, "lines": [{"sku": "a", "sku" : "b"}]}]}',
    b'{"data": [{"id": 1}], "data": [{"id": 2}]}',
    b'{"data": [{"id": 1, "a": 1, "\\u0061": 2}]}',
    b'\xef\xbb\xbf{"id": 1, "id": 12345678901234567890}',
)
ONCE = (
    b'{"data": [{"id": 1, "text": "\\"id\\":1, \\"id\\":2"}], "id": {"id": 1}}',
    b'[{"id": 1}, {"id": 1}]',
    b"{}",
    b"null",
)


@pytest.mark.parametrize("exact", [False, True])
@pytest.mark.parametrize("content", TWICE)
def test_an_answer_is_refused(content: bytes, exact: bool) -> None:
    """The second of two amounts was loaded, the first was gone."""
    with FakeApi(lambda _seen: Reply(raw=content)) as api:
        client = HttpClient(api.url, limits=LIMITS, answers=AnswerRules(exact))
        with pytest.raises(ContractBroken, match="a key twice"):
            client.get("orders")


@pytest.mark.parametrize("content", ONCE)
def test_an_answer_with_each_key_once_passes(content: bytes) -> None:
    with FakeApi(lambda _seen: Reply(raw=content)) as api:
        HttpClient(api.url, limits=LIMITS).get("orders")


def test_a_webhook_is_set_aside() -> None:
    event = WebhookEvent(
        event_id="e1",
        event_type="order.paid",
        occurred_at=datetime(2026, 1, 1, tzinfo=UTC),
        body='{"data": {"id": 1, "total": 5, "total": 50}}',
    )
    spec = Stream(primary_key=("id",), columns={"id": Column(type="int")}, records_path="data")
    made = build_records(spec, event)
    assert isinstance(made, Reject)
    assert (made.reason, made.payload) == ("double_key", event.body)


def test_a_line_of_a_bulk_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    path.write_text('{"id": "gid://shopify/Order/1", "total": 5, "total": 50}\n')
    with pytest.raises(ContractBroken, match="line 1 of the bulk file has a key twice"):
        list(join_children(path, [], 0))
