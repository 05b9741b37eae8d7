"""The pages over a real ledger: true numbers, the worst first, everything asked in the URL."""

import json
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest

from include.config.models import Platform
from include.console.api.models import FeedOut
from include.console.board import Board, Standing
from include.console.fleet import Fleet
from include.console.pages import static
from include.console.pages.charts import build_lines
from include.console.pages.render import RowEnvironment
from include.console.pages.words import show_ago, show_number, show_seconds
from include.core.clock import utcnow
from include.ledger.trust.publishes import MartState, run_note_build
from tests.integration.console_case import Console, write_world


@pytest.fixture(scope="module")
def console(warehouse: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    folder: Path = tmp_path_factory.mktemp("tenants")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ELT_TENANTS_DIR", str(folder))
        patch.setenv("ELT_REGISTRY_DIR", str(folder / "registry"))
        write_world(warehouse, folder)
        yield Console(warehouse)


def words(html: str) -> str:
    """What a reader sees."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def rows(html: str) -> list[str]:
    body = html.split("<tbody>", 1)[1].split("</tbody>", 1)[0] if "<tbody>" in html else ""
    return [words(row).strip() for row in body.split("<tr>")[1:]]


def test_the_first_page_says_what_is_wrong_and_where(console: Console) -> None:
    found = rows(console.ask("own", "/").text)
    # Three streams of ten records, seven of them changed, one failed; one feed was never loaded.
    assert found[0].startswith("Failed refunds: Odd&lt;script&gt;")
    assert "acme stripe just now" in found[0] or "acme stripe 50 min ago" in found[0]
    assert found[0].endswith("10 7 7 0.0 s 91.5 2")
    assert found[1].startswith("New acme hooks webhook never")
    assert len(found) == 2


def test_dbts_documentation_is_behind_the_gate(
    console: Console, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It runs its own scripts, so its policy is its own: nothing but itself may be reached."""
    monkeypatch.setenv("ELT_DBT_MANIFEST", str(tmp_path / "manifest.json"))
    missing = console.ask("viewer", "/docs")
    assert missing.status_code == 404
    assert "ops__dbt_docs" in missing.text
    (tmp_path / "docs.html").write_text("<html><script>1</script></html>")
    found = console.ask("viewer", "/docs")
    assert found.text == "<html><script>1</script></html>"
    policy = found.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'unsafe-inline'")
    assert console.ask("nobody", "/docs").status_code in (302, 303, 307, 401)


def test_a_feed_is_two_clicks_from_its_cause(console: Console) -> None:
    first = console.ask("own", "/").text
    link = re.search(r'href="([^"]*/feeds/stripe)"', first)
    assert link
    page = words(console.ask("own", link[1]).text)
    for told in (
        "adds_up",
        "3 rows",
        "unparsable",
        "Odd&lt;script&gt;",
        "+ &lt;script&gt;alert(1)&lt;/script&gt; text",
    ):
        assert told in page, told


@pytest.mark.parametrize(
    ("query", "feeds"),
    [
        ("q=stripe", ["acme stripe", "bazaar stripe"]),
        ("q=bazaar+stripe", ["bazaar stripe"]),
        ("state=new", ["acme hooks", "bazaar hooks"]),
        ("tenant=bazaar", ["bazaar stripe", "bazaar hooks"]),
        ("sort=tenant", ["acme hooks", "acme stripe", "bazaar hooks", "bazaar stripe"]),
        ("sort=score", ["acme stripe", "bazaar stripe", "acme hooks", "bazaar hooks"]),
        ("q=nothing+of+it", []),
        ("page=999", ["acme stripe", "bazaar stripe", "acme hooks", "bazaar hooks"]),
    ],
)
def test_what_is_asked_stands_in_the_url(console: Console, query: str, feeds: list[str]) -> None:
    found = rows(console.ask("admin", f"/?{query}").text)
    shown = [" ".join(re.findall(r"\b(acme|bazaar|stripe|hooks)\b", row)[:2]) for row in found]
    assert shown == feeds


def test_links_keep_what_is_asked(console: Console) -> None:
    html = console.ask("admin", "/?q=stripe&tenant=acme").text
    assert 'href="?q=stripe&amp;tenant=acme&amp;sort=took"' in html
    assert 'href="?q=stripe&amp;state=failed&amp;tenant=acme"' in html


def test_who_may_only_look_sees_no_button(console: Console) -> None:
    for path in ("/tenants/acme/feeds/stripe", "/tenants/acme/identity"):
        assert "<button" in console.ask("own", path).text
        seen = console.ask("viewer", path).text
        assert "data-api" not in seen and "data-verdict" not in seen and "data-run" not in seen


def test_scripts_keep_to_what_airflows_frame_allows() -> None:
    """Its sandbox has no allow-modals: confirm() answered no, and Rewind and Drop did nothing."""
    folder = Path(static.FOLDER)
    for path in sorted(folder.glob("*.js")):
        code = re.sub(r"//.*", "", path.read_text())
        assert not re.search(r"\b(confirm|alert|prompt|open|print|eval)\(", code), path.name


def test_links_stand_behind_the_prefix(console: Console) -> None:
    """Airflow at https://host/airflow: every link and file of a page is below it."""
    from fastapi import FastAPI
    from starlette.testclient import TestClient

    outer = FastAPI(root_path="/airflow")
    outer.mount("/elt", console.app)
    client = TestClient(outer, root_path="/airflow")
    html = client.get("/airflow/elt/tenants/acme/feeds/stripe", headers={"x-who": "own"}).text
    links = re.findall(r'(?:href|src)="([^"]+)"', html)
    assert len(links) > 8
    assert all(one.startswith(("/airflow/", "#", "data:")) for one in links), links
    assert 'data-airflow="/airflow"' in html
    assert client.get("/airflow/elt/static/console.js", headers={"x-who": "own"}).is_success


def test_a_stopped_warehouse_is_a_page(console: Console) -> None:
    down = Console("postgresql://nobody@127.0.0.1:1/nothing")
    found = down.ask("own", "/tenants/acme/quality")
    assert found.status_code == 503 and "The warehouse does not answer" in found.text


def test_files_are_read_again_only_when_one_has_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A thousand files cost seconds of one core; they were read every 15 s for ever."""
    monkeypatch.setenv("ELT_TENANTS_DIR", str(tmp_path))
    read: list[int] = []
    now = [0.0]

    def load() -> Platform:
        read.append(1)
        return Platform((), {}, (), ())

    fleet = Fleet(doors=None, load=load, clock=lambda: now[0])  # type: ignore[arg-type]

    def look() -> int:
        now[0] += 60
        fleet.fetch_platform()
        for thread in threading.enumerate():
            if thread.name == "elt fleet":
                thread.join(5)
        return len(read)

    assert [look(), look(), look()] == [1, 1, 1]
    (tmp_path / "new.yaml").write_text("tenant: new")
    assert [look(), look()] == [2, 2]


def test_the_board_is_read_once_for_everybody(console: Console) -> None:
    """Twenty people at the first page were twenty times the same queries over 10,000 feeds."""
    asked: list[int] = []
    now = [0.0]

    class Counted(Fleet):
        def group(self, tenants: Any) -> Any:
            asked.append(len(list(tenants)))
            return {}, []

    tenants = tuple(SimpleNamespace(id=f"t{n}") for n in range(9))
    platform = Platform(tenants, {}, (), ())  # type: ignore[arg-type]
    board = Board(Counted(None, lambda: platform, lambda: now[0]), lambda: now[0])  # type: ignore[arg-type]
    for _ in range(20):
        board.fetch(tenants)  # type: ignore[arg-type]
        board.fetch(tenants[:7])  # type: ignore[arg-type]
    assert asked == [9]
    board.fetch(tenants[:2])  # type: ignore[arg-type]
    assert asked == [9, 2]
    now[0] += 31
    board.fetch(tenants)  # type: ignore[arg-type]
    assert asked == [9, 2, 9]
    now[0] += 11  # a little old: shown as it is, read again behind it
    board.fetch(tenants)  # type: ignore[arg-type]
    for thread in threading.enumerate():
        if thread.name == "elt board":
            thread.join(5)
    assert asked == [9, 2, 9, 9]


def test_a_reading_that_takes_long_is_shown_for_longer() -> None:
    """Ten thousand feeds read every ten seconds would leave the server to nothing else."""
    now: list[float] = [0.0]
    asked: list[float] = []

    class Slow(Fleet):
        def group(self, tenants: Any) -> Any:
            asked.append(now[0])
            now[0] += 2
            return {}, []

    tenants = tuple(SimpleNamespace(id=f"t{n}") for n in range(9))
    platform = Platform(tenants, {}, (), ())  # type: ignore[arg-type]
    board = Board(Slow(None, lambda: platform, lambda: now[0]), lambda: now[0])  # type: ignore[arg-type]
    board.fetch(tenants)  # type: ignore[arg-type]
    now[0] += 15
    board.fetch(tenants)  # type: ignore[arg-type]
    assert asked == [0]
    now[0] += 22  # older than it is shown for, and than a stale one is
    board.fetch(tenants)  # type: ignore[arg-type]
    assert asked == [0, 39]


def test_an_order_is_made_once_for_each_reading() -> None:
    asked: list[int] = []

    def key(row: Any) -> int:
        asked.append(row["n"])
        return int(row["n"])

    standing = Standing([{"n": 2}, {"n": 1}])  # type: ignore[list-item]
    assert [row["n"] for row in standing.sort("n", key).rows] == [1, 2]  # type: ignore[index]
    assert standing.sort("n", key).rows is standing.sort("n", key).rows
    assert sorted(asked) == [1, 2] and [row["n"] for row in standing.rows] == [2, 1]  # type: ignore[index]


def test_a_column_called_items_hides_no_method_of_its_row() -> None:
    made = RowEnvironment()
    row = {"items": 3, "name": "n"}
    words = made.from_string(
        "{{ row.name }} {% for key, value in row.items() %}{{ key }} {% endfor %}"
    )
    assert words.render(row=row) == "n items name "


def test_charts_draw_a_line_per_source() -> None:
    now = utcnow().date()
    drawn = build_lines("x", [(now, "b", 2.0), (now, "a", 1.0)])
    assert drawn["series"] == [{"name": "a", "values": [1.0]}, {"name": "b", "values": [2.0]}]


def test_words() -> None:
    assert [show_number(n) for n in (None, 0, 12345, 1.5)] == ["–", "0", "12,345", "1.50"]
    assert show_ago(None) == "never" and show_ago(utcnow()) == "just now"
    assert [show_seconds(n) for n in (None, 1.44, 125)] == ["–", "1.4 s", "2 min 05 s"]


def test_pages_that_show_marts_say_when_those_are_old_and_why(console: Console) -> None:
    """A refused build left yesterday's numbers on the page, and the page said nothing of it."""
    places = [f"/tenants/acme/{page}" for page in ("business", "quality", "identity")]
    assert not [place for place in places if "not of today" in console.ask("own", place).text]
    why = "`order_amounts_add_up` found 3 bad rows."
    with psycopg.connect(console.url) as connection:
        run_note_build(connection, "acme", MartState.REFUSED, why)
    for place in places:
        said = words(console.ask("own", place).text)
        assert f"The marts are not of today: {why} People read those of before." in said, place
    with psycopg.connect(console.url) as connection:
        connection.execute("delete from elt_ops.mart_states where tenant = 'acme'")


@pytest.mark.parametrize(("path", "name"), [("feeds", "feed"), ("tenants", "id")])
def test_a_list_of_everything_is_read_a_page_at_a_time(
    console: Console, path: str, name: str
) -> None:
    """Ten thousand feeds came in one answer of four megabytes, whatever was asked."""
    whole = console.ask("admin", f"/api/v1/{path}").json()
    assert whole["next"] is None
    assert len(whole["items"]) > 1
    found, cursor = [], ""
    while cursor is not None:
        page = console.ask(
            "admin", f"/api/v1/{path}?limit=1{cursor and f'&cursor={cursor}'}"
        ).json()
        assert len(page["items"]) == 1
        found, cursor = found + page["items"], page["next"]
    assert [one[name] for one in found] == [one[name] for one in whole["items"]]
    assert console.ask("admin", f"/api/v1/{path}?cursor=bm8").status_code == 422


def test_a_part_of_the_board_is_its_own_tenants_alone() -> None:
    rows = [
        FeedOut.model_construct(tenant=t, feed="f", connector="rest", why=why, state=state)
        for t, why, state in (("a", "Timeout of B", "failed"), ("b", None, "ok"), ("c", None, "ok"))
    ]
    board = Standing(rows)
    assert board.of(frozenset("abcd")) is board
    part = board.of(frozenset("bc"))
    assert part is board.of(frozenset("bc"))
    assert [row.tenant for row in part.rows] == ["b", "c"]
    assert (part.counts, board.counts) == ({"ok": 2}, {"failed": 1, "ok": 2})
    assert [row.tenant for row in board.find("REST timeout").rows] == ["a"]
    assert board.find("timeout c").rows == []


def test_marts_stand_on_health_where_they_are_wrong(console: Console) -> None:
    """No feed says that an audit failed: their row does; a click shows check, words and keys."""
    assert len(rows(console.ask("own", "/").text)) == 2
    with psycopg.connect(console.url, autocommit=True) as connection:
        connection.execute(
            "insert into elt_ops.check_results (tenant, layer, stream, check_name, severity, state,"
            " bad_rows, sample, message, checked_at) values ('acme', 'mart', 'fct_orders',"
            " 'orders_balance', 'error', 'failed', 4, '[\"order 17\"]', 'Paid is not owed.', now())"
        )
        connection.execute(
            "insert into elt_ops.scores (tenant, layer, score, checks, failed, scored_at, reasons) "
            "values ('acme', 'mart', 71.5, 9, 1, now(), "
            '\'[{"points": 28.5, "dimension": "consistency", "words": "Paid is not owed."}]\')'
        )
        connection.execute(
            "insert into elt_ops.alerts (fingerprint, tenant, error_class, message, first_at, "
            "last_at) values ('m', 'acme', 'Odd', 'The exchange rates are old.', now(), now())"
        )
    try:
        told = next(one for one in rows(console.ask("own", "/").text) if " marts " in one)
        assert told.startswith("Watch Paid is not owed. acme marts never") and told.endswith(
            "71.5 1"
        )
        with psycopg.connect(console.url) as connection:
            run_note_build(connection, "acme", MartState.REFUSED, "`orders_balance` failed.")
        page = console.ask("own", "/").text
        told = next(one for one in rows(page) if " marts " in one)
        assert told.startswith("Failed `orders_balance` failed. People read those of before.")
        link = re.search(r'href="([^"]*/acme/quality#checks)"', page)
        assert link
        cause = words(console.ask("own", link[1]).text)
        for word in ("marts fct_orders", "orders_balance", "order 17", "exchange rates are old"):
            assert word in cause
        # Somebody else's marts and those lists that are of feeds know nothing of it.
        assert "orders_balance" not in console.ask("other", "/").text
        assert "orders_balance" not in console.ask("own", "/api/v1/feeds").text
        assert 'feed="marts"' not in console.ask("own", "/metrics").text
    finally:
        with psycopg.connect(console.url, autocommit=True) as connection:
            for table in ("check_results", "scores", "alerts"):
                where = "tenant = 'acme' and feed is null"
                connection.execute(f"delete from elt_ops.{table} where {where}".encode())
            connection.execute("delete from elt_ops.mart_states where tenant = 'acme'")


def test_a_band_is_drawn_with_the_day_that_left_it(console: Console) -> None:
    """Eight weeks of a hundred a day, and today ten: the page says so and draws all of it."""
    with psycopg.connect(console.url, autocommit=True) as connection:
        connection.execute(
            "insert into elt_ops.daily_metrics (tenant, layer, feed, stream, metric, day, value) "
            "select 'acme', 'raw', 'stripe', 'customers', 'rows', current_date - d, "
            "case when d = 0 then 10 else 100 + d % 3 end from generate_series(0, 55) as d"
        )
        connection.execute(
            "insert into elt_ops.check_results (tenant, layer, feed, stream, check_name, severity, "
            "state, checked_at, origin) values ('acme', 'raw', 'stripe', 'customers', "
            "'rows_as_usual', 'warn', 'failed', now(), 'learned')"
        )
    page = console.ask("own", "/tenants/acme/quality").text
    assert re.search(r"bring [\d,]+ to [\d,]+ new or changed customers; today 10\.", words(page))
    drawn = json.loads(re.findall(r'<script type="application/json">(.*?)</script>', page)[-1])
    seen, low, high = [one["values"] for one in drawn["series"]]
    assert drawn["kind"] == "band" and len(drawn["days"]) == 28 and seen[-1] == 10.0
    assert low[-1] > 10 and all(a <= b <= c for a, b, c in zip(low, seen[:-1], high, strict=False))


def test_a_check_is_muted_for_a_while_and_says_so(console: Console) -> None:
    latest = console.ask("own", "/api/v1/tenants/acme/checks?state=failed").json()["items"]
    number = next(one["result_id"] for one in latest if one["check_name"] == "adds_up")
    place = f"/api/v1/tenants/acme/checks/{number}"
    assert console.ask("other", place, "POST", json={"what": "mute"}).status_code == 404
    assert console.ask("viewer", place, "POST", json={"what": "mute"}).status_code == 403
    body = {"what": "mute", "because": "their export is late"}
    assert console.ask("own", place, "POST", json=body).status_code == 200
    assert "muted until" in words(console.ask("own", "/tenants/acme/quality").text)
    kept = "select because, who, ended_at is null from elt_ops.check_mutes"
    assert console.query(kept) == [("their export is late", "olga", True)]
    assert console.ask("own", place, "POST", json={"what": "unmute"}).status_code == 200
    assert "muted until" not in words(console.ask("own", "/tenants/acme/quality").text)
    strange = f"{place}99999"
    assert console.ask("own", strange, "POST", json=body).status_code == 404
