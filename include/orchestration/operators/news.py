"""Wakes a tenant's transform when it has something to build, and only then.

The transform's own plan decides, by the ledger: rows that changed, whoever loaded them, deletes
found late, a changed project, a new day for models that depend on it, a build that failed. A feed
that finds nothing costs no run of the transform.
"""

import logging
from collections.abc import Mapping
from typing import Any

from airflow.sdk import Asset, AssetAlias

from include.config.models import Feed
from include.core import naming
from include.orchestration.connections import build_warehouse

log = logging.getLogger(__name__)


def build_news_outlet(feed: Feed) -> AssetAlias:
    """The outlet of a feed's checked rows: an asset itself would tell of every run."""
    return AssetAlias(naming.news_alias(feed.tenant.id, feed.name))


def build_raw_asset(feed: Feed) -> Asset:
    """The asset that says: rows of this feed are committed and checked, and marts wait for them."""
    name = naming.raw_asset(feed.tenant.id, feed.name)
    return Asset(name=name, uri=naming.asset_uri(name))


def run_tell_news(feed: Feed, outlets: list[Any], context: Mapping[str, Any]) -> None:
    """Send the raw asset's event unless the marts have everything; without the outlet, nothing."""
    outlet = build_news_outlet(feed)
    if outlet not in outlets:
        return
    reason = _fetch_reason(feed)
    if reason is None:
        log.info("transform is not woken tenant=%s: its marts have everything", feed.tenant.id)
        return
    log.info("transform is woken tenant=%s %s", feed.tenant.id, reason)
    context["outlet_events"][outlet].add(build_raw_asset(feed), extra={"reason": reason})


def _fetch_reason(feed: Feed) -> str | None:
    """What there is to build, in words; None: nothing. Who cannot tell wakes the transform."""
    from include.config.settings import load_settings
    from include.pipeline.dbt.plan import fetch_plan

    try:
        plan = fetch_plan(feed.tenant, build_warehouse(feed.tenant), load_settings())
    except Exception as error:
        log.warning("no plan tenant=%s error=%s", feed.tenant.id, type(error).__name__)
        return "it is not known what there is to build"
    return None if plan.is_nothing else plan.reason
