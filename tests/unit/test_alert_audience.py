"""Who hears of what and when: routes, quiet hours, digests, maintenance, in the tenant's zone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from include.alerts.alone import build_rows
from include.alerts.audience import Audience, Hearing, build_operators, end_of_quiet
from include.alerts.signal import Signal
from include.config.load import load_connectors, load_tenant
from include.config.settings import load_settings

CONNECTORS = load_connectors(load_settings().connectors_dir)[0]
BERLIN = ZoneInfo("Europe/Berlin")
NIGHT = datetime(2026, 11, 3, 23, 30, tzinfo=UTC)  # Wednesday, half past midnight in Berlin
TEXT = """\
tenant: shop
name: Shop
owner: ann
timezone: Europe/Berlin
alerts:
  channels: {{team: {{kind: slack}}, mail: {{kind: webhook}}, oncall: {{kind: pagerduty}}}}
{more}
feeds:
  stripe: {{schedule: daily, start_date: 2025-01-01, owner: bo}}
  square: {{schedule: daily, start_date: 2025-01-01, concepts: [customers]}}
"""


def _hear(
    folder: Path, more: str, signal: Signal, news: str = "opened", now: datetime = NIGHT
) -> list[Hearing]:
    path = folder / "shop.yaml"
    path.write_text(TEXT.format(more=more))
    tenant, problems = load_tenant(path, CONNECTORS)
    assert tenant is not None, problems
    assert not problems, problems
    (row,) = build_rows([signal])
    audience = Audience({"shop": tenant}, build_operators(["mail:platform__mail:ops@x.example"]))
    return audience.hear(row, news, now)


def _names(found: list[Hearing]) -> list[str]:
    return [one.target.channel for one in found]


FAILED = Signal("load_failed", "shop", "no", NIGHT, "stripe", "charges")
CHANGED = Signal("schema_change", "shop", "new", NIGHT, "stripe", "charges")
DOWN = replace(FAILED, severity="critical")
ROUTES = """\
  routes:
    - {type: schema_change, feed: stripe, to: mail, digest: daily}
    - {severity: error, owner: bo, to: oncall}
    - {severity: error, to: [team]}
"""


def test_without_routes_every_channel_hears_everything(tmp_path: Path) -> None:
    assert _names(_hear(tmp_path, "", FAILED)) == ["mail", "oncall", "team"]


def test_the_first_route_that_matches_decides(tmp_path: Path) -> None:
    assert _names(_hear(tmp_path, ROUTES, FAILED)) == ["oncall"]
    assert _names(_hear(tmp_path, ROUTES, replace(FAILED, feed="square"))) == ["team"]
    assert _names(_hear(tmp_path, ROUTES, replace(CHANGED, feed="square"))) == []


def test_a_tenant_that_cannot_be_told_is_told_to_the_operators(tmp_path: Path) -> None:
    [heard] = _hear(tmp_path, "", replace(FAILED, tenant="gone"))
    assert heard.target.receiver == "mail platform__mail ops@x.example"


def test_a_digest_waits_for_the_morning_of_the_tenant(tmp_path: Path) -> None:
    [heard] = _hear(tmp_path, ROUTES, CHANGED)
    assert heard.is_digest
    assert heard.not_before == datetime(2026, 11, 4, 7, tzinfo=UTC)
    weekly = ROUTES.replace("daily", "weekly") + "  digest_day: tuesday\n  digest_at: '09:30'\n"
    [heard] = _hear(tmp_path, weekly, CHANGED)
    assert heard.not_before == datetime(2026, 11, 10, 8, 30, tzinfo=UTC)


def test_quiet_hours_hold_all_but_what_is_critical(tmp_path: Path) -> None:
    quiet = "  quiet_hours: 22:00-07:00\n"
    assert {one.not_before for one in _hear(tmp_path, quiet, FAILED)} == {
        datetime(2026, 11, 4, 6, tzinfo=UTC)
    }
    assert {one.not_before for one in _hear(tmp_path, quiet, DOWN)} == {NIGHT}


@pytest.mark.parametrize(
    ("span", "here", "ends"),
    [
        ("22:00-07:00", (2026, 11, 3, 21, 59), None),
        ("22:00-07:00", (2026, 11, 3, 22, 0), (2026, 11, 4, 7, 0)),
        ("22:00-07:00", (2026, 11, 4, 6, 59), (2026, 11, 4, 7, 0)),
        ("22:00-07:00", (2026, 11, 4, 7, 0), None),
        ("12:00-13:00", (2026, 11, 4, 12, 30), (2026, 11, 4, 13, 0)),
        # The night in which clocks go forward is an hour shorter and ends at its own seven.
        ("22:00-07:00", (2026, 3, 29, 1, 30), (2026, 3, 29, 7, 0)),
        ("22:00-07:00", (2026, 10, 24, 23, 0), (2026, 10, 25, 7, 0)),
    ],
)
def test_quiet_hours_end_by_the_clock_on_the_wall(
    span: str, here: tuple[int, ...], ends: tuple[int, ...] | None
) -> None:
    now = datetime(*here, tzinfo=BERLIN).astimezone(UTC)  # type: ignore[misc]
    wanted = now if ends is None else datetime(*ends, tzinfo=BERLIN).astimezone(UTC)  # type: ignore[misc]
    assert end_of_quiet(span, BERLIN, now) == wanted


def test_maintenance_holds_what_it_names(tmp_path: Path) -> None:
    window = (
        "  maintenance:\n"
        "    - {start: 2026-11-04T00:00:00, end: 2026-11-04T03:00:00, feeds: stripe, because: x}\n"
    )
    assert {one.not_before for one in _hear(tmp_path, window, FAILED)} == {
        datetime(2026, 11, 4, 2, tzinfo=UTC)
    }
    other = _hear(tmp_path, window, replace(FAILED, feed="square"))
    assert {one.not_before for one in other} == {NIGHT}
    after = _hear(tmp_path, window, FAILED, now=NIGHT + timedelta(hours=3))
    assert {one.not_before for one in after} == {NIGHT + timedelta(hours=3)}


def test_who_is_escalated_to_hears_it_too(tmp_path: Path) -> None:
    block = "  routes: [{to: team}]\n  escalate: {after_hours: 4, to: oncall}\n"
    assert _names(_hear(tmp_path, block, FAILED, "escalated")) == ["oncall", "team"]
    assert _names(_hear(tmp_path, block, FAILED)) == ["team"]
