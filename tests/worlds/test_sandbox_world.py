"""The economy: deterministic, big enough, skewed like real life, and its books balance."""

import hashlib
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest

from include.core.errors import ConfigError
from include.sandbox.__main__ import main
from include.sandbox.economy.names import misspell, strip_accents
from include.sandbox.seeded_random import build_dice
from include.sandbox.world import World, WorldSpec, build_world, load_spec

ROOT = Path(__file__).parents[2]
SMALL = ("--size", "small", "--end", "2026-11-01")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("world")
    assert main(["generate", "--out", str(out), *SMALL]) == 0
    return out


@pytest.fixture(scope="module")
def truth(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads((folder / "truth.json").read_bytes())
    return found


@pytest.fixture(scope="module")
def world() -> World:
    return build_world(WorldSpec())


def digests(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_bytes_are_equal_in_another_process_with_other_hashes(folder: Path, tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "include.sandbox",
        "generate",
        "--out",
        str(tmp_path),
        *SMALL,
    ]
    subprocess.run(
        command,
        check=True,
        cwd=ROOT,
        env=os.environ | {"PYTHONHASHSEED": "4711"},
        capture_output=True,
    )
    assert digests(tmp_path) == digests(folder)
    assert len(digests(folder)) > 15


def test_another_seed_is_another_world(folder: Path, tmp_path: Path) -> None:
    main(["generate", "--out", str(tmp_path), *SMALL, "--seed", "8"])
    same = {
        name for name, digest in digests(tmp_path).items() if digests(folder).get(name) == digest
    }
    assert same <= {"acme/uploads/returns/reasons_2026.csv"}


def test_default_size(world: World) -> None:
    bazaar = world.businesses["bazaar"]
    sales = bazaar.sales["ecommerce_csv"]
    assert len(bazaar.accounts["ecommerce_csv"]) >= 1_000
    assert len(bazaar.listings) >= 500
    assert len(sales) >= 10_000
    assert sum(len(sale.lines) for sale in sales) >= 30_000


def test_few_customers_buy_most(world: World) -> None:
    """Zipf-like: a fifth of the buyers place more than two fifths of the orders."""
    counts: dict[int, int] = {}
    for sale in world.businesses["bazaar"].sales["ecommerce_csv"]:
        assert sale.account is not None
        counts[sale.account.number] = counts.get(sale.account.number, 0) + 1
    ranked = sorted(counts.values(), reverse=True)
    assert sum(ranked[: len(ranked) // 5]) > 0.4 * sum(ranked)


def test_the_sources_share_people_under_other_spellings(truth: dict[str, Any]) -> None:
    shared = [entry for entry in truth["identities"].values() if len(entry["records"]) >= 3]
    doubled = [
        e
        for e in truth["identities"].values()
        if any(len(ids) > 1 for ids in e["records"].values())
    ]
    assert len(shared) > 20
    assert doubled


def test_nothing_happens_before_its_customer_exists(world: World) -> None:
    for business in world.businesses.values():
        for sales in business.sales.values():
            assert all(s.account is None or s.account.created_at <= s.placed_at for s in sales)
            assert all(sale.updated_at < world.spec.as_of for sale in sales)
            assert all(0 <= sale.refunded <= sale.total for sale in sales)


def test_a_later_state_keeps_what_was_and_adds(tmp_path: Path) -> None:
    """Ids and money of earlier sales never change when the world moves on."""
    early = build_world(WorldSpec(size=100, as_of=datetime(2026, 10, 1, tzinfo=UTC)))
    late = build_world(WorldSpec(size=100, as_of=datetime(2026, 12, 1, tzinfo=UTC)))
    for tenant, business in early.businesses.items():
        for source, sales in business.sales.items():
            after = {sale.key: sale for sale in late.businesses[tenant].sales[source]}
            assert len(after) > len(sales)
            assert all(after[sale.key].total == sale.total for sale in sales)
        for source, accounts in business.accounts.items():
            later = {a.number: a for a in late.businesses[tenant].accounts[source]}
            assert all(later[a.number].party.party_id == a.party.party_id for a in accounts)
            moved = [a for a in accounts if len(later[a.number].addresses) > len(a.addresses)]
            assert all(later[a.number].updated_at > a.updated_at for a in moved)


def test_web_orders_are_paid_through_stripe_to_the_cent(truth: dict[str, Any]) -> None:
    shop = truth["revenue"]["acme"]["shopify"]["total"]
    club = truth["revenue"]["acme"]["stripe"]["total"]
    paid = truth["counts"]["acme"]["stripe"]
    assert club["total"] > 0
    # The card pays the tip, too, and not what came off a gift card.
    beside = shop["tips"] - shop["stored_value"]
    assert shop["total"] + beside + club["total"] == paid["collected"]
    assert shop["refunds"] + club["refunds"] == paid["refunded"]
    # Collected counts refunds only; net is also without what chargebacks took.
    taken = shop["disputes"] + club["disputes"]
    assert taken > 0
    assert shop["net"] + beside + club["net"] + taken == paid["net_collected"]


@pytest.mark.parametrize("by", ["month_utc", "month_local"])
def test_months_add_up_to_the_total(truth: dict[str, Any], by: str) -> None:
    for sources in truth["revenue"].values():
        for revenue in sources.values():
            for name, total in revenue["total"].items():
                assert sum(cell[name] for cell in revenue[by].values()) == total, name
            total = revenue["total"]
            goods = total["gross"] - total["discounts"]
            beside = total["shipping"] + total["tax"] + total["gift_cards"]
            beside += total["duties"] + total["rounding"]
            assert total["total"] == goods + beside
            assert total["net"] == total["total"] - total["refunds"] - total["disputes"]


def test_orders_of_the_truth_add_up_to_its_revenue(truth: dict[str, Any]) -> None:
    for tenant, sources in truth["revenue"].items():
        for source, revenue in sources.items():
            orders = [o for o in truth["orders"] if (o["tenant"], o["source"]) == (tenant, source)]
            counted = [order for order in orders if order["counts"]]
            assert sum(order["total"] for order in counted) == revenue["total"]["total"]
            assert sum(order["refunded"] for order in counted) == revenue["total"]["refunds"]
            assert all(len(order["touch"]) == 3 for order in orders)


def test_serve_reads_what_generate_wrote(folder: Path) -> None:
    assert load_spec(folder) == WorldSpec(size=100)


@pytest.mark.parametrize("content", [None, "not json", "{}"])
def test_a_folder_without_world_is_refused(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "world.json").write_text(content)
    with pytest.raises(ConfigError, match="generate --out"):
        load_spec(tmp_path)


@pytest.mark.parametrize(
    "arguments", [["--size", "5"], ["--end", "2025-01-05"], ["--as-of", "2028-01-01"]]
)
def test_impossible_worlds_are_refused(
    tmp_path: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["generate", "--out", str(tmp_path), *arguments]) == 2
    assert "Expected" in capsys.readouterr().err


def test_misspelling_keeps_the_first_letter_and_accents_go() -> None:
    dice = build_dice(1, "test")
    assert all(misspell(dice, "Johnson")[0] == "J" for _ in range(20))
    assert strip_accents("Jürgen Weiß Søren") == "Jurgen Weiss Soren"
