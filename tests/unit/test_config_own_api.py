"""A REST API described in a tenant file: resolved like a connector, wrong words with their line."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from include.config.connector_spec import Api
from include.config.credentials import Credentials
from include.config.load import load_tenant
from include.config.models import Feed, Problem
from include.core.errors import ConfigError
from include.core.streams import Window
from include.extract.choose_source import build_source
from include.extract.http.api_auth import build_token_address
from tests.shipped import load_known_connectors
from tests.unit.fake_api import FakeApi, Reply, Seen

HEAD = "tenant: newco\nname: Newco\nowner: me\nfeeds:\n  toys:\n    connector: rest\n"
OPTIONS: dict[str, Any] = {
    "base_url": "https://api.toys.example/v1",
    "auth": {"kind": "bearer"},
    "streams": {
        "boxes": {"primary_key": ["id"], "columns": {"id": "text", "name": "text"}},
        "toys": {
            "path": "boxes/{id}/toys",
            "parent": {"stream": "boxes", "keep": {"box_id": "id"}},
            "primary_key": ["id"],
            "columns": {"id": "text", "box_id": "text"},
        },
    },
}


def _load(folder: Path, text: str) -> tuple[Feed | None, list[Problem]]:
    path = folder / "newco.yaml"
    path.write_text(HEAD + "    start_date: 2026-01-01\n    options:\n" + text)
    tenant, problems = load_tenant(path, load_known_connectors())
    return (tenant.feeds[0] if tenant and tenant.feeds else None), problems


def _dump(options: dict[str, Any]) -> str:
    lines = yaml.safe_dump(options, sort_keys=False).splitlines()
    return "\n".join(f"      {line}" for line in lines) + "\n"


def _changed(change: dict[str, Any]) -> str:
    """The options with some of a stream or some of themselves replaced."""
    streams = {name: dict(stream) for name, stream in OPTIONS["streams"].items()}
    for name, words in change.pop("streams", {}).items():
        streams.setdefault(name, {}).update(words)
    return _dump({**OPTIONS, **change, "streams": streams})


def test_the_feed_has_a_connector_of_its_own(tmp_path: Path) -> None:
    feed, problems = _load(tmp_path, _dump(OPTIONS))
    assert problems == []
    assert feed is not None
    assert feed.connector.connector == "rest"
    assert feed.connector.api is not None
    assert feed.connector.api.base_url == "https://api.toys.example/v1"
    assert list(feed.streams) == ["boxes", "toys"]
    assert feed.connector.secrets == {"password": "The API's secret."}
    shared = load_known_connectors()["rest"]
    assert (shared.api, shared.streams) == (None, {}), "one tenant's API must not reach another"


def test_sub_resources_find_their_parent_in_the_feed(tmp_path: Path) -> None:
    """Parents were looked up in the connector's streams, which are none here."""
    feed, _ = _load(tmp_path, _dump({**OPTIONS, "auth": {"kind": "none"}}))
    assert feed is not None

    def answer(seen: Seen) -> Reply:
        if seen.path == "/v1/boxes":
            return Reply([{"id": "a"}, {"id": "b"}])
        return Reply([{"id": f"toy of {seen.path.split('/')[3]}"}])

    with FakeApi(answer) as api:
        source = build_source(feed, Credentials("c", api.url))
        found = [r for page in source.read("toys", Window()) for r in page.records]
    assert found == [{"id": "toy of a", "box_id": "a"}, {"id": "toy of b", "box_id": "b"}]


@pytest.mark.parametrize(
    ("change", "line", "message"),
    [
        ({"auth": {"kind": "baerer"}}, "kind: baerer", "Did you mean `bearer`?"),
        ({"auth": {"kind": "query"}}, "auth:", "needs `name`"),
        ({"auth": {"kind": "oauth2"}}, "auth:", "`token_url` and kind oauth2"),
        ({"auth": {"kind": "bearer", "scopes": ["a"]}}, "auth:", "belong to kind oauth2"),
        ({"paginator": {"kind": "cursor", "nextpath": "x"}}, "nextpath", "`next_path`?"),
        ({"paginater": {}}, "paginater", "Did you mean `paginator`?"),
        ({"base_url": "https://me:secret@h.example"}, "base_url", "without login and query"),
        ({"base_url": "https://h.example/?key=1"}, "base_url", "without login and query"),
        ({"headers": {"X-Api-Key": "k"}}, "X-Api-Key", "looks like a secret"),
        ({"rate_limit": {"per_second": 0}}, "per_second", "greater than 0"),
        ({"streams": {"toys": {"parent": {"stream": "boxs"}}}}, "toys:", "Did you mean `boxes`?"),
        ({"streams": {"toys": {"path": "boxes/{nr}/toys"}}}, "toys:", "no column nr"),
        ({"streams": {"boxes": {"params": {"api_key": "k"}}}}, "api_key", "looks like a secret"),
        ({"streams": {"boxes": {"columns": {"id": "txt"}}}}, "id: txt", "Did you mean `text`?"),
        ({"streams": {"new": {"path": "new"}}}, "new:", "`primary_key` is missing"),
        ({"streams": {"boxes": {"cursr": {}}}}, "cursr", "Did you mean `cursor`?"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_line(
    tmp_path: Path, change: dict[str, Any], line: str, message: str
) -> None:
    feed, problems = _load(tmp_path, _changed(change))
    assert feed is None
    matching = [problem for problem in problems if message in problem.message]
    assert matching, [str(problem) for problem in problems]
    text = (tmp_path / "newco.yaml").read_text().splitlines()
    assert line in text[(matching[0].line or 0) - 1]


def test_a_secret_written_into_the_file_is_refused_and_not_repeated(tmp_path: Path) -> None:
    """`secret` names a field of the connection; people paste the token itself."""
    auth = {"kind": "bearer", "secret": "sk_live_4242canary"}
    _, problems = _load(tmp_path, _changed({"auth": auth}))
    assert len(problems) == 1
    assert "never the secret" in problems[0].message
    assert "4242canary" not in str(problems[0])


def test_two_apis_may_not_share_a_table_by_accident(tmp_path: Path) -> None:
    """Both had a stream `orders`; the rows of one shop got the columns of the other."""
    second = _changed({"streams": {"boxes": {"columns": {"id": "bigint", "name": "text"}}}})
    again = "  more:\n    connector: rest\n    start_date: 2026-01-01\n    options:\n"
    _, problems = _load(tmp_path, _dump(OPTIONS) + again + second)
    assert [problem.message[:40] for problem in problems] == [
        "stream `boxes` of feed `more` has other "
    ]
    _, problems = _load(tmp_path, _dump(OPTIONS) + again + _dump(OPTIONS))
    assert problems == []


@pytest.mark.parametrize("options", [{"streams": {}}, {"base_url": "https://h.example"}, {}])
def test_an_api_without_address_or_streams(tmp_path: Path, options: dict[str, Any]) -> None:
    _, problems = _load(tmp_path, _dump(options) if options else "      {}\n")
    assert problems


@pytest.mark.parametrize(
    ("token_url", "expected"),
    [
        ("https://login.example/token", "https://login.example/token"),
        ("oauth/token", "http://host:1/sandbox/oauth/token"),
        ("/oauth/token", "http://host:1/sandbox/oauth/token"),
    ],
)
def test_where_tokens_come_from(token_url: str, expected: str) -> None:
    auth = {"kind": "oauth2", "token_url": token_url}
    api = Api.model_validate({"base_url": "https://x/v1", "auth": auth})
    assert build_token_address(api, Credentials("c", "http://host:1/sandbox")) == expected
    own = Credentials("c", None, {"token_url": "https://eu.login.example/t"})
    assert build_token_address(api, own) == "https://eu.login.example/t"
    with pytest.raises(ConfigError, match="without a query"):
        build_token_address(api, Credentials("c", None, {"token_url": "https://h/t?key=1"}))
