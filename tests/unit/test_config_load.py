"""Configuration: every problem of every file at once, each with file, line, what and a guess."""

from pathlib import Path

import pytest

from include.config.load import load_connectors, load_platform
from include.config.settings import Settings, load_settings

CONNECTOR = """\
connector: till
title: A till
kind: rest
secrets: {token: the API token}
options:
  path: {type: text, required: true, description: Folder of exports.}
concepts: [orders]
streams:
  tickets:
    path: /tickets
    primary_key: [id]
    columns: {id: text, updated_at: timestamp}
    cursor: {field: updated_at, why: set by the server}
"""
TENANT = """\
tenant: shop
name: A shop
owner: ann@shop.example
feeds:
  till:
    schedule: daily
    start_date: 2025-01-01
    options: {path: exports}
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings over two empty folders with one good connector."""
    (tmp_path / "tenants").mkdir()
    (tmp_path / "connectors" / "till").mkdir(parents=True)
    (tmp_path / "connectors" / "till" / "connector.yaml").write_text(CONNECTOR)
    values = {**load_settings().__dict__}
    values["tenants_dir"] = tmp_path / "tenants"
    values["connectors_dir"] = tmp_path / "connectors"
    return Settings(**values)


def write(settings: Settings, text: str, stem: str = "shop") -> Path:
    path = settings.tenants_dir / f"{stem}.yaml"
    path.write_text(text)
    return path


def messages(settings: Settings) -> list[str]:
    return [str(problem) for problem in load_platform(settings).problems]


def test_a_valid_tenant_is_resolved_against_its_connector(settings: Settings) -> None:
    write(settings, TENANT)
    platform = load_platform(settings)
    assert platform.problems == ()
    (feed,) = platform.feeds
    assert feed.dag_id == "ingest__shop__till"
    assert feed.tenant is platform.tenants[0]
    assert feed.raw_schema == "shop_raw_till"
    assert list(feed.streams) == ["tickets"]
    assert feed.options == {"path": "exports"}
    assert feed.schedule is not None and feed.schedule.endswith(" 4 * * *")


def test_a_feed_says_when_it_sweeps_and_how_much_may_go(settings: Settings) -> None:
    connector = settings.connectors_dir / "till" / "connector.yaml"
    connector.write_text(CONNECTOR + "    sweep: all\n")
    block = "    schedule: daily\n    sweep_schedule: 5 3 * * 0\n"
    limits = "    stream_settings: {tickets: {sweep_limit_share: 0.1}}\n"
    write(settings, TENANT.replace("    schedule: daily\n", block) + limits)
    assert messages(settings) == []
    feed = load_platform(settings).feeds[0]
    assert feed.sweep_schedule == "5 3 * * 0"
    assert feed.settings_of("tickets").sweep_limit_share == 0.1
    write(settings, TENANT.replace("    schedule: daily\n", block.replace("5 3", "99 3")))
    assert "`99` is outside the minute range" in messages(settings)[0]
    assert "`sweep_schedule` is" in messages(settings)[0]


def test_a_broken_tenant_leaves_the_others_alone(settings: Settings) -> None:
    write(settings, TENANT)
    write(settings, "tenant: bad\n", stem="bad")
    platform = load_platform(settings)
    assert [t.id for t in platform.tenants] == ["shop"]
    assert platform.broken == ("bad",)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (("owner:", "onwer:"), "shop.yaml:3: `onwer` is not a known key. Did you mean `owner`?"),
        (("owner: ann@shop.example\n", ""), "shop.yaml: `owner` is missing. Add it."),
        (("daily", "dayly"), "shop.yaml:6: feed `till`: `schedule` is `dayly`. Expected hourly,"),
        (("daily", "61 * * * *"), "`61` is outside the minute range 0..59."),
        (
            ("  till:", "  tilll:"),
            "shop.yaml:5: `tilll`: no connector `tilll`. Did you mean `till`?",
        ),
        (("path: exports", "pth: x"), "`pth` is no option of `till`. Did you mean `path`?"),
        (("path: exports", "path: 3"), "option `path` is a int. Expected text."),
        (("tenant: shop", "tenant: shp"), "`tenant` is `shp`. Expected the file's name `shop`."),
        (("tenant: shop", "tenant: Shop"), "shop.yaml:1: `tenant` is `Shop`: string should match"),
        (
            ("2025-01-01\n", "2025-01-01\n    streams: [ticket]\n"),
            "no stream `ticket`. Did you mean `tickets`?",
        ),
        (
            ("name: A shop", "name: A shop\ntimezone: Europe/Berln"),
            "`timezone` is `Europe/Berln`. Expected an IANA name",
        ),
        (
            ("name: A shop", "name: A shop\nrender: model"),
            "`render` is `model`. Expected `models`, `layers` or `single`. Did you mean `models`?",
        ),
        (
            ("2025-01-01\n", "2025-01-01\n    concepts: [order]\n"),
            "no concept `order`. Did you mean `orders`?",
        ),
        (
            (
                "feeds:\n",
                "feeds:\n  old:\n    connector: till\n    concepts: []\n"
                "    start_date: 2025-01-01\n    options: {path: x}\n",
            ),
            "feeds `old` and `till` share connector `till` but differ in `concepts`.",
        ),
        (("name: A shop", "name: A\nname: B"), "shop.yaml:3: not valid YAML: `name` stands twice"),
        (("feeds:", "feeds: ["), "not valid YAML"),
    ],
)
def test_each_mistake_names_its_line_and_the_remedy(
    settings: Settings, change: tuple[str, str], expected: str
) -> None:
    assert change[0] in TENANT
    write(settings, TENANT.replace(*change, 1))
    assert any(expected in message for message in messages(settings)), messages(settings)
    assert load_platform(settings).broken == ("shop",)


def test_all_problems_of_all_files_come_in_one_report(settings: Settings) -> None:
    write(settings, TENANT.replace("owner:", "onwer:"))
    write(settings, TENANT.replace("daily", "dayly"), stem="other")
    found = messages(settings)
    assert len([m for m in found if "shop.yaml" in m]) == 2  # unknown `onwer`, missing `owner`
    assert len([m for m in found if "other.yaml" in m]) == 2  # wrong schedule, wrong tenant id


def test_a_broken_connector_breaks_only_the_tenants_that_use_it(settings: Settings) -> None:
    bad = settings.connectors_dir / "bad"
    bad.mkdir()
    (bad / "connector.yaml").write_text("connector: bad\ntitle: B\nkind: rst\n")
    write(settings, TENANT)
    platform = load_platform(settings)
    assert [t.id for t in platform.tenants] == ["shop"]
    assert "`kind` is `rst`. Expected" in str(platform.problems[0])
    assert "Did you mean `rest`?" in str(platform.problems[0])


def test_a_stream_may_only_name_declared_columns(settings: Settings) -> None:
    path = settings.connectors_dir / "till" / "connector.yaml"
    path.write_text(CONNECTOR.replace("primary_key: [id]", "primary_key: [idd]"))
    found, problems = load_connectors(settings.connectors_dir)
    assert found == {}
    assert "connector.yaml:9: `streams.tickets`: not among the declared columns: idd" in str(
        problems[0]
    )


def test_an_unreadable_file_is_a_problem_not_a_crash(settings: Settings) -> None:
    path = write(settings, TENANT)
    path.write_bytes(b"name: \xff\xfe")
    assert "cannot be read as UTF-8 text" in messages(settings)[0]


def test_the_repository_s_own_files_are_valid() -> None:
    platform = load_platform()
    assert platform.problems == ()
    assert len(platform.feeds) > 0


def test_a_streams_settings_follow_the_feed_where_they_say_nothing(settings: Settings) -> None:
    write(
        settings, TENANT + "    drift: discard\n    stream_settings: {tickets: {drift: freeze}}\n"
    )
    feed = load_platform(settings).feeds[0]
    assert feed.settings_of("tickets").drift == "freeze"
    assert feed.settings_of("found_later").drift == "discard"


def test_settings_of_a_stream_that_is_not_loaded_are_a_problem(settings: Settings) -> None:
    write(settings, TENANT + "    stream_settings:\n      ticket: {drift: freeze}\n")
    (message,) = messages(settings)
    assert "shop.yaml:10" in message
    assert "Did you mean `tickets`?" in message


def test_privacy_of_a_column_that_is_not_there_is_a_problem(settings: Settings) -> None:
    write(settings, TENANT + "privacy:\n  pii: hash\n  columns:\n    till.tickets.idd: drop\n")
    (message,) = messages(settings)
    assert "shop.yaml:12" in message
    assert "Did you mean `till.tickets.id`?" in message


def test_a_key_that_is_to_be_dropped_is_a_problem(settings: Settings) -> None:
    write(settings, TENANT + "privacy: {columns: {till.tickets.id: drop}}\n")
    (message,) = messages(settings)
    assert "Write `till.tickets.id: hash`" in message


def test_who_speaks_for_what_names_feeds_of_the_tenant(settings: Settings) -> None:
    """A misspelt feed would speak last in silence, and another's amounts would count."""
    write(settings, TENANT + "revenue:\n  orders:\n    - tills\n  money: [till, till]\n")
    known, twice = messages(settings)
    assert known.endswith(
        "shop.yaml:11: `revenue.orders`: `tills` is no feed of this tenant. Did you mean `till`? "
        "Feeds with orders: till."
    )
    assert twice.endswith("`revenue.money`: `till` is in `money`, too. Name it once.")
    write(settings, TENANT + "revenue: {window_dais: 3}\n")
    (message,) = messages(settings)
    assert "Did you mean `window_days`?" in message
    write(settings, TENANT + "revenue: {orders: [till], counts: [orders]}\n")
    assert messages(settings) == []
