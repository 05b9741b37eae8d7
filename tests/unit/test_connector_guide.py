"""The guide's own connector works as printed."""

import re
from datetime import UTC, datetime
from pathlib import Path

import yaml

from include.config.credentials import Credentials
from include.core.streams import Window
from include.extract.source import build_source
from tests.unit.fake_api import FakeApi, Reply, Seen
from tests.unit.feed_maker import build_feed

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "new_connector.md"


def test_the_connector_of_the_guide_reads() -> None:
    blocks = re.findall(r"```yaml\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    connector = yaml.safe_load(blocks[0])
    assert connector["connector"] == "toyshop"
    assert len(blocks[0].splitlines()) < 32

    def answer(seen: Seen) -> Reply:
        assert seen.path == "/v2/orders"
        assert seen.headers["Authorization"] == "Bearer token"
        assert seen.query["updated_since"] == "2026-01-01T00:00:00Z"
        last = seen.query.get("after") == "b"
        order = {"id": 2 if last else 1, "updated_at": "2026-01-02T00:00:00Z"}
        return Reply({"data": [order], "meta": {"next": None if last else "b"}})

    with FakeApi(answer) as api:
        source = build_source(
            build_feed(connector), Credentials("c", api.url, {"password": "token"})
        )
        pages = list(source.read("orders", Window(datetime(2026, 1, 1, tzinfo=UTC))))
    assert [record["id"] for page in pages for record in page.records] == [1, 2]
