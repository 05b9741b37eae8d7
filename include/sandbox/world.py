"""One world: its parameters, its economy, and its file `world.json`."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from include.core.clock import format_instant, parse_instant
from include.core.errors import ConfigError
from include.sandbox.economy.business import Business
from include.sandbox.economy.businesses import build_acme, build_bazaar, build_corner, run_trim
from include.sandbox.economy.catalogue import build_products
from include.sandbox.economy.confusions.households import run_lives, run_offices
from include.sandbox.economy.leads import build_prospects, run_trim_prospects
from include.sandbox.economy.pool import build_companies, build_people, run_employment
from include.sandbox.economy.records import Party
from include.sandbox.economy.sales import Span

START = datetime(2025, 1, 1, tzinfo=UTC)
END = datetime(2026, 11, 1, tzinfo=UTC)
TAIL_DAYS = 92
SIZES = {"small": 100, "default": 1_000}


@dataclass(frozen=True, slots=True)
class WorldSpec:
    """The parameters that decide every byte.

    Attributes:
        size: Customers of the largest business; everything else scales with it.
        end: The main history ends here; sizes are reached here. `generate` takes today, the
            default here is for tests, whose clock stands.
        as_of: What has happened before this instant is known; at most 92 days after `end`.
    """

    size: int = SIZES["default"]
    seed: int = 7
    end: datetime = END
    as_of: datetime = END

    def __post_init__(self) -> None:
        if self.size < 40:
            raise ConfigError(
                f"sandbox size `{self.size}` is too small. Expected at least 40 customers."
            )
        if not START + timedelta(days=90) <= self.end:
            raise ConfigError(
                f"sandbox end `{self.end:%Y-%m-%d}` is too early. Expected 2025-04-01 or later."
            )
        if not START < self.as_of <= self.end + timedelta(days=TAIL_DAYS):
            raise ConfigError(
                f"sandbox as_of `{self.as_of:%Y-%m-%d}` is outside the world. "
                f"Expected after 2025-01-01 and at most {TAIL_DAYS} days after the end."
            )


@dataclass(slots=True)
class World:
    """The economy as known at `spec.as_of`."""

    spec: WorldSpec
    people: list[Party]
    companies: list[Party]
    businesses: dict[str, Business]


def build_world(spec: WorldSpec) -> World:
    """The same economy for the same size, seed and end, cut at `as_of`; 1 s at default size."""
    span = Span(START, spec.end, spec.end + timedelta(days=TAIL_DAYS))
    people = build_people(spec.seed, spec.size * 14 // 10, span.start, span.horizon)
    companies = build_companies(spec.seed, max(spec.size * 35 // 100, 20), span.start, span.horizon)
    run_lives(spec.seed, people, span.start, span.horizon)
    run_employment(spec.seed, people, companies)
    run_offices(spec.seed, people, companies)
    products = build_products(spec.seed, max(spec.size * 6 // 10, 60))
    businesses = {}
    for tenant, build in (("acme", build_acme), ("bazaar", build_bazaar), ("corner", build_corner)):
        businesses[tenant] = build(spec.seed, spec.size, people, companies, products, span)
        run_trim(businesses[tenant], spec.as_of)
    prospects = build_prospects(spec.seed, spec.size, people, companies, span)
    summit = Business("summit", "America/Chicago", [], {}, {})
    summit.prospects = run_trim_prospects(prospects, spec.as_of)
    businesses["summit"] = summit
    return World(spec, people, companies, businesses)


def build_world_json(spec: WorldSpec, credentials: Mapping[str, Any]) -> dict[str, Any]:
    """The content of `world.json`; `credentials` as the vendors' `load_credentials` gives them."""
    return {
        "size": spec.size,
        "seed": spec.seed,
        "start": format_instant(START),
        "end": format_instant(spec.end),
        "as_of": format_instant(spec.as_of),
        "credentials": credentials,
    }


def load_spec(folder: Path) -> WorldSpec:
    """Read `world.json` of a generated folder.

    Raises:
        ConfigError: If the file is missing or not one of ours.
    """
    path = folder / "world.json"
    try:
        found = json.loads(path.read_text("utf-8"))
        return WorldSpec(
            size=int(found["size"]),
            seed=int(found["seed"]),
            end=parse_instant(found["end"]),
            as_of=parse_instant(found["as_of"]),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ConfigError(
            f"`{path}` is not a sandbox world ({type(error).__name__}). "
            "Run `python -m include.sandbox generate --out DIR` first."
        ) from error
