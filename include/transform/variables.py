"""What dbt is told about a tenant; the command line and Cosmos pass the same.

The manifest is built once with every connector on, so the graph knows every edge that some tenant
may have; a run gets its tenant's variables and selects its tenant's staging. Pure.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from include.config.connector_spec import Connector
from include.config.models import Tenant
from include.config.tenant.attribution import Attribution, build_attribution_settings
from include.config.tenant.revenue import Revenue, Speaker, build_sources
from include.config.tenant.speakers import build_speakers

# Names no tenant: staging schemas of the manifest are never read, only its graph is.
MANIFEST_TENANT = "manifest"


def build_dbt_vars(tenant: Tenant) -> dict[str, Any]:
    """Variables of dbt_project.yml for one tenant, keys and lists sorted.

    Returns:
        tenant, tenant_currency, tenant_timezone, feeds (names of enabled feeds),
        beside: whether marts are made in `naming.CANDIDATE_LAYERS`, which a build decides;
        sources_by_concept: concept -> connectors of the tenant that feed it; a concept nobody feeds
        is absent, and macro union_concept then gives an empty table;
        concept_maps: concept -> streams of the tenant's own that feed it, see `MappedConcept`; and
        revenue: who speaks for what; and attribution: the tenant's block of that name.
    """
    return {
        "tenant": tenant.id,
        "beside": False,
        "tenant_currency": tenant.spec.currency,
        "tenant_timezone": tenant.spec.timezone,
        "sources_by_concept": build_sources_by_concept(
            (feed.connector.connector, feed.concepts) for feed in tenant.feeds
        ),
        "concept_maps": build_concept_maps(tenant),
        "feeds": sorted(feed.name for feed in tenant.feeds),
        "revenue": build_revenue_settings(tenant.spec.revenue, build_speakers(tenant.feeds)),
        "attribution": build_attribution_settings(tenant.spec.attribution),
    }


def build_concept_maps(tenant: Tenant) -> dict[str, list[dict[str, Any]]]:
    """Concept -> its mapped streams as JSON values, by feed and the file's order."""
    found: dict[str, list[dict[str, Any]]] = {}
    for feed in tenant.feeds:
        for one in feed.concept_maps:
            told = asdict(one) | {
                "connector": feed.connector.connector,
                "feed": feed.name,
                "schema": feed.raw_schema,
            }
            found.setdefault(one.concept, []).append(told)
    return dict(sorted(found.items()))


def build_manifest_vars(connectors: Mapping[str, Connector]) -> dict[str, Any]:
    """Variables with every connector on, for the one manifest; same keys as `build_dbt_vars`."""
    return {
        "tenant": MANIFEST_TENANT,
        "beside": False,
        "tenant_currency": "USD",
        "tenant_timezone": "UTC",
        "sources_by_concept": build_sources_by_concept(
            (name, spec.concepts) for name, spec in connectors.items()
        ),
        "concept_maps": {},
        "feeds": sorted(connectors),
        "revenue": build_revenue_settings(Revenue(), []),
        "attribution": build_attribution_settings(Attribution()),
    }


def build_revenue_settings(revenue: Revenue, speakers: Iterable[Speaker]) -> dict[str, Any]:
    """What macro revenue_sources and the windows of folding read."""
    return {
        "sources": [one.model_dump() for one in build_sources(revenue, speakers)],
        "window_days": revenue.window_days,
        "payment_window_days": revenue.payment_window_days,
        "rate_days": revenue.rate_days,
        "deals": revenue.deals,
    }


def build_sources_by_concept(
    feeds: Iterable[tuple[str, Iterable[str]]],
) -> dict[str, list[str]]:
    """(Connector, its concepts) pairs -> concept -> connectors; both sorted, each name once."""
    found: dict[str, set[str]] = {}
    for connector, concepts in feeds:
        for concept in concepts:
            found.setdefault(concept, set()).add(connector)
    return {concept: sorted(names) for concept, names in sorted(found.items())}
