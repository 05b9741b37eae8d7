"""The guide's two descriptions of one API read it as printed; the whole one: e2e/test_guide.py."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from include.config.credentials import Credentials
from include.config.load import load_connectors, load_tenant
from include.config.models import Feed
from include.config.settings import load_settings
from include.core.streams import Window
from include.extract.choose_source import build_source
from tests.unit.fake_api import FakeApi, Reply, Seen
from tests.unit.feed_maker import build_feed

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "new_connector.md"
BLOCKS = re.findall(r"```yaml\n(.*?)```", GUIDE.read_text(), re.DOTALL)


def _tenants_feed(folder: Path) -> Feed:
    path = folder / "toyco.yaml"
    path.write_text(BLOCKS[0])
    connectors, _ = load_connectors(load_settings().connectors_dir)
    tenant, problems = load_tenant(path, connectors)
    assert problems == []
    assert tenant is not None
    return tenant.feeds[0]


def test_the_guide_needs_few_lines() -> None:
    assert [len(block.splitlines()) < 30 for block in BLOCKS] == [True, True]


@pytest.mark.parametrize("place", ["tenant file", "connector folder"])
def test_the_api_of_the_guide_is_read(place: str, tmp_path: Path) -> None:
    def answer(seen: Seen) -> Reply:
        assert seen.path == "/v2/orders"
        assert seen.headers["Authorization"] == "Bearer token"
        assert seen.query["updated_since"] == "2026-01-01T00:00:00Z"
        last = seen.query.get("after") == "b"
        order: dict[str, Any] = {"id": 2 if last else 1, "updated_at": "2026-01-02T00:00:00Z"}
        return Reply({"data": [order], "meta": {"next": None if last else "b"}})

    own = place == "tenant file"
    feed = _tenants_feed(tmp_path) if own else build_feed(yaml.safe_load(BLOCKS[1]))
    with FakeApi(answer) as api:
        source = build_source(feed, Credentials("c", api.url, {"password": "token"}))
        pages = list(source.read("orders", Window(datetime(2026, 1, 1, tzinfo=UTC))))
    assert [record["id"] for page in pages for record in page.records] == [1, 2]
