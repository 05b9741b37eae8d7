"""The REST engine beyond one GET list: lists per parent, POST bodies, shifting offsets."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from include.config.connector_spec import Connector, Cursor
from include.config.credentials import Credentials
from include.core import clock
from include.core.errors import AccessDenied, ContractBroken, UpstreamUnavailable
from include.core.streams import Window
from include.extract.http.client import HttpLimits
from include.extract.rest.source import RestSource
from include.extract.windows import build_asked_window, build_bound
from tests.unit.fake_api import FakeApi, Reply, Seen
from tests.unit.feed_maker import build_feed

LIMITS = HttpLimits(tries=1)
NOW = datetime(2026, 11, 10, 12, tzinfo=UTC)
OFFSET = {"kind": "offset", "param": "offset", "size": 3, "size_param": "limit"}


def _connector(*, things: dict[str, Any], **streams: Any) -> dict[str, Any]:
    defaults = {"primary_key": ["id"], "columns": {"id": "text", "at": "timestamp"}}
    return {
        "connector": "toy", "title": "Toy", "kind": "rest",
        "api": {"base_url": "http://x", "records_path": "data"},
        "streams": {
            "things": {**defaults, **things},
            **{name: {**defaults, **stream} for name, stream in streams.items()},
        },
    }  # fmt: skip


def _source(api: FakeApi, connector: dict[str, Any]) -> RestSource:
    return RestSource(
        build_feed(connector), Credentials("c", api.url, {"password": "s"}), limits=LIMITS
    )


def _read(api: FakeApi, connector: dict[str, Any], window: Window | None = None) -> list[Any]:
    pages = _source(api, connector).read("things", window or Window())
    return [record for page in pages for record in page.records]


def _boxes(things: dict[str, Any] | None = None, **boxes: Any) -> dict[str, Any]:
    own = {
        "path": "boxes/{id}/things",
        "parent": {"stream": "boxes", "keep": {"box_id": "id"}},
        "columns": {"id": "text", "box_id": "text"},
        **(things or {}),
    }
    return _connector(things=own, boxes={"path": "boxes", **boxes})


def test_one_list_per_record_of_the_parent() -> None:
    def answer(seen: Seen) -> Reply:
        if seen.path == "/boxes":
            return Reply({"data": [{"id": "a/1"}, {"id": 2}, {"id": "a/1"}]})
        box = seen.path.removeprefix("/boxes/").removesuffix("/things")
        return Reply({"data": [{"id": f"{box}-{n}"} for n in range(2)]})

    with FakeApi(answer) as api:
        found = _read(api, _boxes())
        assert [seen.path for seen in api.seen] == [
            "/boxes",
            "/boxes/a%2F1/things",
            "/boxes/2/things",
        ]
    assert [(r["id"], r["box_id"]) for r in found] == [
        ("a%2F1-0", "a/1"), ("a%2F1-1", "a/1"), ("2-0", 2), ("2-1", 2),
    ]  # fmt: skip


def test_the_parent_is_paged_and_need_not_be_selected() -> None:
    """The parents of page two were once read only when the feed loaded the parent as well."""
    paginator = {"kind": "page_number", "param": "page", "last_path": "pages"}

    def answer(seen: Seen) -> Reply:
        if seen.path == "/boxes":
            return Reply({"data": [{"id": int(seen.query["page"])}], "pages": 2})
        return Reply({"data": [{"id": seen.path}]})

    connector = _boxes(paginator=paginator)
    with FakeApi(answer) as api:
        feed = build_feed(connector)
        del feed.streams["boxes"]
        source = RestSource(feed, Credentials("c", api.url), limits=LIMITS)
        found = [r["id"] for page in source.read("things", Window()) for r in page.records]
        assert found == ["/boxes/1/things", "/boxes/2/things"]
        assert [s.query["page"] for s in api.seen if s.path == "/boxes"][:2] == ["1", "2"]


def test_a_parent_gone_meanwhile_is_an_empty_list_only_when_declared() -> None:
    def answer(seen: Seen) -> Reply:
        if seen.path == "/boxes":
            return Reply({"data": [{"id": 1}, {"id": 2}]})
        gone = seen.path == "/boxes/1/things"
        return Reply({}, 404) if gone else Reply({"data": [{"id": "x"}]})

    with FakeApi(answer) as api:
        assert [r["id"] for r in _read(api, _boxes({"empty_on": [404]}))] == ["x"]
        with pytest.raises(ContractBroken, match="404"):
            _read(api, _boxes())


def test_a_refusal_behind_the_first_page_is_never_an_end() -> None:
    """Half of a list with a 403 behind it must not be taken for the whole list."""
    stream = {"paginator": OFFSET, "empty_on": [403]}

    def answer(seen: Seen) -> Reply:
        first = seen.query["offset"] == "0"
        return Reply({"data": [{"id": n} for n in range(3)]}) if first else Reply({}, 403)

    with FakeApi(answer) as api, pytest.raises(AccessDenied):
        _read(api, _connector(things=stream))


def test_a_parent_without_the_columns_value_is_a_broken_contract() -> None:
    with (
        FakeApi([Reply({"data": [{"id": None}]})]) as api,
        pytest.raises(ContractBroken, match="id"),
    ):
        _read(api, _boxes())


def test_check_asks_one_list_and_none_without_parents() -> None:
    with FakeApi([Reply({"data": []})]) as api:
        _source(api, _boxes()).check()
        assert {seen.path for seen in api.seen} == {"/boxes"}


def test_post_puts_paging_and_window_into_the_body() -> None:
    rows = [{"id": n} for n in range(5)]
    stream = {
        "method": "post",
        "body": {"sorts": [{"attribute": "created_at"}], "filter": {"kind": "a"}},
        "paginator": OFFSET,
        "cursor": {
            "field": "at",
            "param": "filter.at.$gte",
            "end_param": "filter.at.$lt",
            "why": "t",
        },
    }

    def answer(seen: Seen) -> Reply:
        start = seen.body["offset"]
        return Reply({"data": rows[start : start + seen.body["limit"]]})

    window = Window(NOW, NOW + timedelta(days=1))
    with FakeApi(answer) as api:
        assert [r["id"] for r in _read(api, _connector(things=stream), window)] == [0, 1, 2, 3, 4]
        assert {seen.method for seen in api.seen} == {"POST"}
        assert [seen.body["offset"] for seen in api.seen][:3] == [0, 3, 5]
        assert api.seen[0].query == {}
        bounds = {"$gte": "2026-11-10T12:00:00Z", "$lt": "2026-11-11T12:00:00Z"}
        assert api.seen[1].body == {
            "sorts": [{"attribute": "created_at"}], "filter": {"kind": "a", "at": bounds},
            "limit": 3, "offset": 3,
        }  # fmt: skip


def _overlapping(rows: list[dict[str, Any]], drop_after: int | None = None) -> FakeApi:
    def answer(seen: Seen) -> Reply:
        start = int(seen.query["offset"])
        page = rows[start : start + 3]
        if drop_after == len(api.seen):
            del rows[0]
        return Reply({"data": page})

    api = FakeApi(answer)
    return api


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 5, 6, 7])
def test_overlapping_pages_give_each_record_once(count: int) -> None:
    stream = {"paginator": {**OFFSET, "overlap": True}}
    with _overlapping([{"id": n} for n in range(count)]) as api:
        assert [r["id"] for r in _read(api, _connector(things=stream))] == list(range(count))


def test_a_record_deleted_while_pages_are_read_is_noticed() -> None:
    """The next page skips a record, and the sweep would mark it deleted."""
    rows = [{"id": n} for n in range(8)]
    with _overlapping(rows[:], drop_after=1) as api:
        found = [r["id"] for r in _read(api, _connector(things={"paginator": OFFSET}))]
        assert sorted(found) == [0, 1, 2, 3, 4, 5, 6, 7], "without overlap it is walked again"
    with _overlapping(rows[:], drop_after=1) as api:
        stream = {"paginator": {**OFFSET, "overlap": True}}
        with pytest.raises(UpstreamUnavailable, match="shifted"):
            _read(api, _connector(things=stream))


def test_the_source_says_which_page_is_the_last() -> None:
    """Asking for a page behind the last one is an error at some sources."""
    stream = {"paginator": {"kind": "page_number", "last_path": "total_pages"}}

    def answer(seen: Seen) -> Reply:
        number = int(seen.query["page"])
        return Reply({"data": [{"id": number}], "total_pages": 3}, 200 if number <= 3 else 400)

    with FakeApi(answer) as api:
        assert [r["id"] for r in _read(api, _connector(things=stream))] == [1, 2, 3]
    with FakeApi([Reply({"data": [], "total_pages": 0})]) as api:
        assert _read(api, _connector(things=stream)) == []
    with FakeApi([Reply({"data": []})]) as api, pytest.raises(ContractBroken, match="last page"):
        _read(api, _connector(things=stream))


def test_token_authentication_is_quoted() -> None:
    connector = _connector(things={})
    connector["api"]["auth"] = {"kind": "token", "secret": "password"}
    with FakeApi([Reply({"data": []})]) as api:
        _read(api, connector)
        assert api.seen[0].headers["Authorization"] == 'Token token="s"'


def test_what_the_source_no_longer_keeps_is_not_asked_for() -> None:
    cursor = Cursor(field="at", format="date", keep_days=10, end_included=True, why="t")
    old, recent = NOW - timedelta(days=99), NOW - timedelta(days=2)
    with clock.frozen(NOW):
        assert build_asked_window(cursor, Window(old, NOW)).start == NOW - timedelta(days=10)
        assert build_asked_window(cursor, Window(recent, NOW)) == Window(recent, NOW)
        everything = build_asked_window(cursor, Window())
        assert everything == Window(NOW - timedelta(days=10), NOW)
        gone = build_asked_window(cursor, Window(old, old + timedelta(days=1)))
        assert gone.start == gone.end == NOW - timedelta(days=10)


@pytest.mark.parametrize(
    ("end", "included", "expected"),
    [
        ("2026-11-10T00:00:00+00:00", True, "2026-11-09"),
        ("2026-11-10T00:00:01+00:00", True, "2026-11-10"),
        ("2026-11-10T00:00:00+00:00", False, "2026-11-11"),
    ],
)
def test_an_inclusive_last_day(end: str, included: bool, expected: str) -> None:
    cursor = Cursor(field="at", format="date", end_included=included, why="t")
    assert build_bound(cursor, datetime.fromisoformat(end), is_end=True) == expected


@pytest.mark.parametrize(
    ("things", "message"),
    [
        ({"path": "boxes/{id}/things"}, "has no `parent`"),
        ({"parent": {"stream": "crates"}}, "no stream"),
        ({"path": "boxes/{name}", "parent": {"stream": "boxes"}}, "no column name"),
        ({"parent": {"stream": "boxes", "keep": {"box": "id"}}}, "no column box"),
        ({"method": "post", "params": {"a": "b"}}, "takes `body`"),
        ({"body": {"a": "b"}}, "belongs to method post"),
        ({"paginator": {"kind": "cursor", "overlap": True}}, "kind offset"),
        ({"paginator": {"kind": "offset", "last_path": "x"}}, "kind page_number"),
    ],
)
def test_contradictions_are_refused(things: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Connector.model_validate(_connector(things=things, boxes={"path": "boxes"}))
