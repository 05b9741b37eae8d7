"""What connectors read has a place: a model uses it, or the README says why none does."""

import re

import pytest

from include.config.settings import ROOT
from include.core import naming
from tests.contract.dbt_models import CONNECTORS, MODELS, RENDERER

SNAPSHOTS = sorted((ROOT / "dbt" / "snapshots").glob("*.sql"))
# Models beside the connector's own that nothing reads: they are asked themselves (dbt/README.md).
ASKED = {"int_quickbooks__profit_and_loss_compared"}
TITLE = "## Loaded, in no mart"


def find_read(code: str) -> set[str]:
    """Models and raw tables a select reads, `raw_<connector>.<table>`; macros are looked into."""
    read = set()
    for model in re.findall(r"\bmodels\.(\w+)", code):
        read.add(model)
    for source, table in re.findall(r"\braw_(\w+)\.(\w+)", code):
        read.add(f"raw_{source}.{table}")
    return read


def find_used() -> set[str]:
    """All that marts, shared models and snapshots are made of, to the raw tables."""
    rendered = {name: RENDERER.render(model.code) for name, model in MODELS.items()}
    places = [n for n, m in MODELS.items() if "staging" not in m.path.parts] + sorted(ASKED)
    waiting = [*places, *(n for p in SNAPSHOTS for n in _refs(p.read_text(encoding="utf-8")))]
    used: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in used:
            used.add(name)
            waiting += find_read(rendered.get(name, ""))
    return used


def _refs(code: str) -> list[str]:
    return re.findall(r"ref\('(\w+)'\)", code)


USED = find_used()


def find_tables(connector: str) -> set[str]:
    streams = CONNECTORS[connector].streams
    children = {naming.child_table(s, c) for s in streams for c in streams[s].children}
    return set(streams) | children


def find_left_out(connector: str) -> dict[str, str]:
    """Table -> the reason the connector's README gives: `- `a`, `b`: why.`"""
    path = ROOT / "include" / "connectors" / connector / "README.md"
    _, _, part = path.read_text(encoding="utf-8").partition(TITLE)
    found = {}
    for item in re.split(r"\n- ", part.partition("\n## ")[0])[1:]:
        names, _, reason = " ".join(item.split()).partition(": ")
        found.update(dict.fromkeys(re.findall(r"`(\w+)`", names), reason))
    return found


@pytest.mark.parametrize("connector", sorted(CONNECTORS))
def test_every_stream_has_a_place_or_a_reason(connector: str) -> None:
    """Ten levels of advertisements were read every night, and nobody could ask for one."""
    unused = {t for t in find_tables(connector) if f"raw_{connector}.{t}" not in USED}
    reasons = find_left_out(connector)
    assert reasons.keys() == unused
    assert all(len(reason.split()) >= 4 for reason in reasons.values()), reasons


def test_what_is_found_is_what_models_read() -> None:
    """The walk sees dynamic references, and no table is used because its own view reads it."""
    assert "raw_shopify.orders__tax_lines" in USED
    assert "raw_quickbooks.invoices__lines" in USED
    assert "raw_google_ads.keyword_stats" in USED
    assert "raw_stripe.coupons" not in USED
    assert MODELS.keys() >= ASKED
