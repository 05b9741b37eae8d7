"""The block `alerts`: what old files said still holds, and slips are told with line and guess."""

from pathlib import Path

import pytest

from include.alerts.audience import build_targets
from include.config.load import load_connectors, load_tenant
from include.config.models import Tenant
from include.config.settings import load_settings

CONNECTORS = load_connectors(load_settings().connectors_dir)[0]
HEAD = "tenant: shop\nname: Shop\nowner: ann\nalerts:\n"
FEEDS = "feeds:\n  stripe: {schedule: daily, start_date: 2025-01-01, owner: bo}\n"
GOOD = """\
  contacts: [ops@shop.example]
  webhook: true
  channels:
    team: {kind: slack}
    mail: {kind: mail}
    oncall: {kind: pagerduty, connection: shop__pager}
  routes:
    - {severity: [error, critical], to: [team, oncall]}
    - {type: schema_change, feed: stripe, owner: bo, to: team}
    - {severity: warning, to: mail, digest: daily}
  quiet_hours: 22:00-07:00
  escalate: {after_hours: 4, to: oncall}
  maintenance:
    - {start: 2026-12-01T22:00:00, end: 2026-12-02T02:00:00, because: the shop moves}
"""


def _load(folder: Path, block: str) -> tuple[Tenant | None, list[str]]:
    path = folder / "shop.yaml"
    path.write_text(HEAD + block + FEEDS)
    tenant, problems = load_tenant(path, CONNECTORS)
    return tenant, [f"{one.line}: {one.message}" for one in problems]


def test_a_full_block(tmp_path: Path) -> None:
    tenant, problems = _load(tmp_path, GOOD)
    assert problems == []
    assert tenant is not None
    targets = build_targets(tenant)
    assert [one.receiver for one in targets.values()] == [
        "webhook shop__alerts",
        "mail platform__mail ops@shop.example",
        "pagerduty shop__pager",
        "slack shop__team",
    ]


def test_what_was_written_before_there_were_channels(tmp_path: Path) -> None:
    tenant, problems = _load(tmp_path, "  contacts: [ops@shop.example]\n  webhook: true\n")
    assert problems == []
    assert tenant is not None
    assert [one.connection for one in build_targets(tenant).values()] == ["shop__alerts"]


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("{kind: mail}", "{kind: mial}", "9: `alerts.channels.mail.kind` is `mial`."),
        ("{kind: mail}", "{kind: mail, to: ann}", "9: alerts: `ann` is no mail address."),
        ("shop__pager", "acme__pager", "10: alerts: the connection `acme__pager` is not this"),
        ("shop__pager", "shop__privacy", "the connection `shop__privacy` is not this tenant's"),
        ("shop__pager", "shop__PRIVACY", "the connection `shop__PRIVACY` is not this tenant's"),
        ("shop__pager", "shop__prıvacy", "is not this tenant's"),
        ("shop__pager", "shop__x/../acme__stripe", "is not this tenant's"),
        ("shop__pager", "shop__stripe", "the connection `shop__stripe` is the login of something"),
        ("shop__pager", "shop__Warehouse", "is the login of something else"),
        (
            "team: {kind: slack}",
            "privacy: {kind: pagerduty}",
            "8: alerts: the connection `shop__pri",
        ),
        (
            "team: {kind: slack}",
            "stripe: {kind: slack}",
            "8: alerts: the connection `shop__stripe`",
        ),
        ("{kind: mail}", '{kind: mail, to: "a@b.co\\nBcc: x@y.co"}', "is no mail address"),
        ("{kind: mail}", '{kind: mail, to: "a@b.co\\n"}', "is no mail address"),
        ("{kind: mail}", '{kind: mail, to: "a,b@c.co"}', "is no mail address"),
        ("to: [team, oncall]", "to: [taem]", "12: alerts: no channel `taem`. Did you mean `team`?"),
        ("type: schema_change", "type: schema_chnge", "Did you mean `schema_change`?"),
        ("feed: stripe", "feed: strip", "13: alerts: no feed `strip`. Did you mean `stripe`?"),
        ("owner: bo,", "owner: bob,", "13: alerts: no owner `bob`."),
        ("severity: warning", "severity: warn", "Did you mean `warning`?"),
        ("22:00-07:00", "22-7", "15: `alerts.quiet_hours` is `22-7`"),
        ("to: oncall}", "to: onkall}", "16: alerts: no channel `onkall`. Did you mean `oncall`?"),
        ("2026-12-02T02", "2026-12-01T02", "18: alerts: `start` 2026-12-01 22:00:00 is not before"),
        ("escalate:", "escalation:", "Did you mean `escalate`?"),
        ("    team:", "    webhook: {kind: slack}\n    team:", "are both there. Remove one."),
    ],
)
def test_slips_are_told_with_their_line(before: str, after: str, said: str, tmp_path: Path) -> None:
    assert before in GOOD
    _tenant, problems = _load(tmp_path, GOOD.replace(before, after))
    assert any(said in one for one in problems), problems
