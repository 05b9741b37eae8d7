"""A list that is read on where an earlier read broke off."""

from typing import Any

import pytest

from include.config.blocks.paginator import Paginator
from include.config.credentials import Credentials
from include.core.errors import ContractBroken, PositionRefused
from include.core.streams import Page, Window
from include.extract.http.client import HttpLimits
from include.extract.rest.source import RestSource
from include.extract.source import ReadOptions
from tests.unit.fake_api import FakeApi, Reply, Seen
from tests.unit.feed_maker import build_feed

QUICK = HttpLimits(tries=1)
KINDS: dict[str, dict[str, Any]] = {
    "cursor": {"kind": "cursor", "param": "after", "next_path": "next"},
    "last_id": {"kind": "last_id", "param": "after", "more_path": "more"},
    "next_url": {"kind": "next_url", "next_path": "next"},
    "link_header": {"kind": "link_header"},
}


def _list(kind: str, last: int = 6) -> Any:
    """Two records a page, each page asked for by the last id of the one before."""

    def answer(seen: Seen) -> Reply:
        after = int(seen.query.get("after") or 0)
        ids = [n for n in (after + 1, after + 2) if n <= last]
        more = bool(ids) and ids[-1] < last
        url = f"http://{seen.headers['Host']}/things?after={after + 2}" if more else None
        following = url if kind == "next_url" else str(after + 2) if more else None
        headers = {"Link": f'<{url}>; rel="next"'} if kind == "link_header" and url else {}
        body = {"data": [{"id": n} for n in ids], "more": more, "next": following}
        return Reply(body, headers=headers)

    return answer


def _source(api: FakeApi, paginator: dict[str, Any], **stream: Any) -> RestSource:
    declared = {"primary_key": ["id"], "columns": {"id": "int"}, **stream}
    connector = {
        "connector": "things", "title": "t", "kind": "rest", "streams": {"things": declared},
        "api": {"base_url": api.url, "records_path": "data", "paginator": paginator},
    }  # fmt: skip
    credentials = Credentials("c", api.url, {"password": "canary-secret"})
    return RestSource(build_feed(connector), credentials, limits=QUICK)


def _ids(pages: list[Page]) -> list[int]:
    return [record["id"] for page in pages for record in page.records]


@pytest.mark.parametrize("kind", KINDS)
def test_a_list_is_read_on_behind_any_page(kind: str) -> None:
    with FakeApi(_list(kind)) as api:
        source = _source(api, {**KINDS[kind], "resumable": True})
        pages = list(source.read("things", Window()))
        assert _ids(pages) == [1, 2, 3, 4, 5, 6]
        assert [page.position is None for page in pages] == [False, False, True]
        for number, page in enumerate(pages[:2]):
            asked = len(api.seen)
            rest = list(source.read("things", Window(), ReadOptions(page.position)))
            assert _ids(rest) == [1, 2, 3, 4, 5, 6][2 * number + 2 :]
            assert len(api.seen) - asked == 2 - number


@pytest.mark.parametrize("kind", KINDS)
def test_only_a_list_that_says_so_is_read_on(kind: str) -> None:
    with FakeApi(_list(kind)) as api:
        pages = list(_source(api, KINDS[kind]).read("things", Window()))
        assert {page.position for page in pages} == {None}


def test_counted_pages_cannot_be_read_on() -> None:
    """A record deleted before the place moves every later one: page 3 then skips one."""
    for kind in ("page_number", "offset", "single"):
        with pytest.raises(ValueError, match="resumable"):
            Paginator.model_validate({"kind": kind, "resumable": True})


@pytest.mark.parametrize("status", [400, 404, 410, 422])
def test_an_expired_position_is_refused_as_such(status: int) -> None:
    """`empty_on` means no such list; behind a position it must not pass for its end."""
    with FakeApi(_list("cursor")) as api:
        source = _source(api, {**KINDS["cursor"], "resumable": True}, empty_on=[404])
        position = next(iter(source.read("things", Window()))).position
        api.script = [Reply({"error": "expired"}, status=status)]
        with pytest.raises(PositionRefused, match="no longer takes"):
            list(source.read("things", Window(), ReadOptions(position)))


def test_a_position_that_expires_while_reading_is_refused_too() -> None:
    """Stripe answers 400 when the object a page is asked for after has just been deleted."""
    script = [Reply({"data": [{"id": 1}], "more": True}), Reply({"error": {}}, status=400)]
    with FakeApi(script) as api:
        pages = _source(api, {**KINDS["last_id"], "resumable": True}).read("things", Window())
        assert next(pages).records == [{"id": 1}]
        with pytest.raises(PositionRefused):
            next(pages)


def test_a_first_request_that_is_wrong_is_no_refused_position() -> None:
    with FakeApi([Reply({}, status=400)]) as api, pytest.raises(ContractBroken):
        list(_source(api, {**KINDS["cursor"], "resumable": True}).read("things", Window()))


@pytest.mark.parametrize("text", ["x", "[]", "{}", '{"params": 1, "url": null}'])
def test_a_position_in_another_form_is_refused(text: str) -> None:
    with FakeApi(_list("cursor")) as api:
        source = _source(api, {**KINDS["cursor"], "resumable": True})
        with pytest.raises(PositionRefused, match="cannot be understood"):
            list(source.read("things", Window(), ReadOptions(text)))


def test_an_address_that_repeats_the_secret_is_not_kept() -> None:
    """Positions are stored: an API that echoes its key in the next address must not leak it."""
    following = "{url}/things?after=2&key=canary-secret"
    with FakeApi([]) as api:
        body = {"data": [{"id": 1}], "next": following.format(url=api.url)}
        api.script = [Reply(body), Reply({"data": [{"id": 2}], "next": None})]
        pages = _source(api, {**KINDS["next_url"], "resumable": True}).read("things", Window())
        assert [page.position for page in pages] == [None, None]
