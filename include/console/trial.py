"""A feed before it is saved: can it be loaded, and what would come. Nothing is kept of it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from include.config.credentials import ConnectionFields, Credentials, build_credentials
from include.config.load import start_instant
from include.config.models import Feed, Tenant
from include.console.answers import Refusal
from include.console.api import setup_models
from include.console.visitor import Visitor
from include.core import naming
from include.core.clock import utcnow
from include.core.errors import EltError, MissingSecret, Unfit
from include.core.streams import Page, Window
from include.ledger.stores.registry import Change, fetch_newest
from include.pipeline.load_environment import LoadEnvironment
from include.pipeline.ready.feed_check import check_feed
from include.pipeline.registry import build_held, build_unfit, check_change

ROWS, CELL, MOST_PAGES = 20, 200, 20
OWN = ("host", "port", "schema", "login", "password", "conn_type")


@dataclass(frozen=True)
class Trial:
    """Attributes:
    secrets: What was typed; over what the feed's connection has.
    """

    visitor: Visitor
    tenant: Tenant
    feed: str
    spec: dict[str, Any]
    secrets: Mapping[str, str]


def build_feed(trial: Trial) -> Feed:
    """The feed as it would be.

    Raises:
        Unfit: What is wrong with it.
    """
    owner, name = trial.tenant, trial.feed
    if name in owner.spec.feeds and name not in owner.registered:
        found = next((feed for feed in owner.feeds if feed.name == name), None)
        if found is not None:
            return found
    with trial.visitor.open_registry(owner.id, read_only=True).connect() as connection:
        held = build_held(fetch_newest(connection, owner.id))
    spec = {**trial.spec, "enabled": True}
    tenant = check_change(held, Change(owner.id, name, spec, 0, ""))
    for feed in tenant.feeds:
        if feed.name == name:
            return feed
    raise build_unfit([f"there is no feed `{name}`."], tenant=owner.id)


def build_environment(trial: Trial) -> LoadEnvironment:
    """Where it is tried: the tenant's warehouse, its connection with what was typed."""
    warehouse = trial.visitor.lend_warehouse(trial.tenant)
    return LoadEnvironment(warehouse, lambda feed: _fetch_credentials(trial, feed))


def _fetch_credentials(trial: Trial, feed: Feed) -> Credentials:
    try:
        kept = trial.visitor.fleet.doors.fetch_credentials(feed)
    except MissingSecret:
        if not trial.secrets and feed.connector.secrets:
            raise
        kept = Credentials(naming.connection_id(trial.tenant.id, trial.feed))
    if not trial.secrets:
        return kept
    typed = trial.secrets
    given = build_credentials(
        ConnectionFields(
            kept.connection_id,
            host=typed.get("host"),
            port=int(typed["port"]) if typed.get("port") else None,
            schema=typed.get("schema"),
            login=typed.get("login"),
            password=typed.get("password"),
            extra={name: text for name, text in typed.items() if name not in OWN},
            conn_type=typed.get("conn_type"),
        )
    )
    # What was kept goes nowhere else than where it was kept for.
    fields = (
        given.fields if given.host not in (None, kept.host) else {**kept.fields, **given.fields}
    )
    parts = {
        name: getattr(given, name)
        for name in ("host", "kind", "server", "port", "database")
        if getattr(given, name) is not None
    }
    return replace(kept, fields=fields, **parts)


def run_test(trial: Trial) -> list[setup_models.StepOut]:
    """Every step of a load's beginning, up to the first that cannot be judged."""
    steps = check_feed(build_feed(trial), build_environment(trial))
    return [
        setup_models.StepOut(
            what=step.what, state=step.state, stream=step.stream, message=step.message
        )
        for step in steps
    ]


def run_preview(trial: Trial, stream: str | None) -> setup_models.PreviewOut:
    """First rows of one stream, as text.

    Raises:
        Refusal: 422 when the source cannot be read; its words are those of a load.
    """
    feed = build_feed(trial)
    try:
        source = build_environment(trial).open_source(feed)
        found = source.discover()
        names = sorted(found)
        wanted = stream if stream in names else next(iter(names), None)
        if wanted is None:
            raise Refusal(422, "nothing_there", "The source shows no stream.", "Look at the test.")
        window = Window(start_instant(feed), utcnow())
        rows = _take(islice(source.read(wanted, window), MOST_PAGES))
    except EltError as error:
        if isinstance(error, Unfit):
            raise
        words = (error.message, "Look at the test; nothing was loaded.")
        raise Refusal(422, "cannot_be_read", *words) from None
    columns = list(dict.fromkeys(name for row in rows for name in row))
    shown = [[_show(row.get(name)) for name in columns] for row in rows]
    described = found[wanted]
    return setup_models.PreviewOut(
        stream=wanted,
        streams=names,
        types={name: column.type for name, column in described.columns.items()},
        key=list(described.primary_key),
        columns=columns,
        rows=shown,
    )


def _take(pages: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for page in pages:
        found += _rows(page)
        if len(found) >= ROWS:
            break
    return found[:ROWS]


def _rows(page: Page) -> list[dict[str, Any]]:
    records = page.records
    if isinstance(records, list):
        return [dict(record) for record in records[:ROWS]]
    return list(records.slice(0, ROWS).to_pylist())


def _show(value: Any) -> str | None:
    return None if value is None else str(value)[:CELL]
