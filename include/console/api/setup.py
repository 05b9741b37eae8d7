"""Routes that set up tenants and feeds: what files say, said in the console."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Path
from starlette.responses import PlainTextResponse, Response

from include.config.connector_spec import Connector
from include.config.models import Tenant
from include.console import registry
from include.console.answers import ProblemAnswer, Refusal, not_found
from include.console.api import models, setup_models
from include.console.api.repeatable import RepeatableRoute
from include.console.api.routes import Asking, Limit, ledger
from include.console.trial import Trial, run_preview, run_test
from include.console.visitor import Visitor
from include.core.naming import SNAKE_PATTERN
from include.ledger.stores.registry import Change, Version, fetch_newest
from include.pipeline.registry import build_diff, build_export, build_held, build_spec

REFUSALS: dict[int | str, dict[str, Any]] = {
    status: {"model": ProblemAnswer}
    for status in (401, 403, 404, 409, 412, 422, 428, 429, 500, 503)
}
router = APIRouter(prefix="/api/v1", route_class=RepeatableRoute, responses=REFUSALS)
Match = Annotated[str | None, Header(alias="If-Match", max_length=60)]
FeedName = Annotated[str, Path(pattern=SNAKE_PATTERN, max_length=63)]
BELOW = "/tenants/{tenant}/feeds/{feed}"


@router.get("/connectors")
def read_connectors(visitor: Asking) -> models.Listed[setup_models.ConnectorOut]:
    """What can be connected, and what each needs."""
    known = visitor.fleet.fetch_platform().connectors
    return models.Listed(items=[show_connector(one) for one in known.values()])


def show_connector(connector: Connector) -> setup_models.ConnectorOut:
    """Its facts for people who fill in a form."""
    options = [
        setup_models.OptionOut(
            name=name,
            type=one.type,
            required=one.required,
            default=one.default,
            description=one.description,
        )
        for name, one in connector.options.items()
    ]
    return setup_models.ConnectorOut(
        connector=connector.connector,
        title=connector.title,
        kind=connector.kind,
        secrets=connector.secrets,
        rights=connector.rights,
        options=options,
        streams=sorted(connector.streams),
        concepts=sorted(connector.concepts),
    )


@router.get("/tenants/{tenant}/configured")
def read_configured(visitor: Asking, tenant: str) -> models.Listed[setup_models.ConfiguredFeed]:
    """Every feed of the tenant, also those that are switched off, and where it was made."""
    return models.Listed(items=fetch_configured(visitor, visitor.see(tenant)))


def fetch_configured(visitor: Visitor, tenant: Tenant) -> list[setup_models.ConfiguredFeed]:
    """From the tenant's file and from the registry, by name."""
    with visitor.open_registry(tenant.id, read_only=True).connect() as connection:
        known = {one.feed: one for one in fetch_newest(connection, tenant.id) if one.feed}
    found = []
    for name in sorted({*tenant.spec.feeds, *(n for n, v in known.items() if v.spec is not None)}):
        block = tenant.spec.feeds.get(name)
        version = known.get(name) if block is None or name in tenant.registered else None
        spec: Any = block.model_dump() if block else dict((version and version.spec) or {})
        left_out = [str(n.message) for n in tenant.notices if f"feed `{name}` of" in n.message]
        found.append(
            setup_models.ConfiguredFeed(
                tenant=tenant.id,
                feed=name,
                connector=str(spec.get("connector") or name),
                origin="console" if version else "file",
                enabled=bool(spec.get("enabled", True)),
                schedule=str(spec.get("schedule") or "daily"),
                version=version.version if version else None,
                who=version.who if version else None,
                at=version.at if version else None,
                left_out=None if block else (left_out or ["it cannot be used"])[0],
            )
        )
    return found


@router.get(f"{BELOW}/spec")
def read_spec(visitor: Asking, tenant: str, feed: str, response: Response) -> setup_models.SpecOut:
    """The feed's block; its ETag is what a change of it asks for."""
    owner = visitor.see(tenant)
    version = registry.fetch_version(visitor, tenant, feed)
    if (
        version
        and version.spec is not None
        and feed not in owner.spec.feeds.keys() - owner.registered
    ):
        response.headers["ETag"] = tag(version)
        return _show(tenant, feed, version)
    spec = registry.find_block(owner, feed)
    return setup_models.SpecOut(tenant=tenant, feed=feed, origin="file", version=None, spec=spec)


@router.get("/tenants/{tenant}/settings")
def read_settings(visitor: Asking, tenant: str, response: Response) -> setup_models.SpecOut:
    """The tenant's own settings, without its feeds."""
    owner = visitor.see(tenant)
    version = registry.fetch_version(visitor, tenant, "")
    if version and version.spec is not None:
        response.headers["ETag"] = tag(version)
        return _show(tenant, None, version)
    spec = owner.spec.model_dump(
        mode="json", exclude_unset=True, by_alias=True, exclude={"feeds", "tenant"}
    )
    return setup_models.SpecOut(tenant=tenant, feed=None, origin="file", version=None, spec=spec)


def _show(tenant: str, feed: str | None, version: Version) -> setup_models.SpecOut:
    return setup_models.SpecOut(
        tenant=tenant,
        feed=feed,
        origin="console",
        version=version.version,
        spec=dict(version.spec or {}),
    )


def tag(version: Version) -> str:
    """The ETag of a version."""
    return f'"v{version.version}"'


def check_match(version: Version | None, match: str | None) -> int:
    """The version a change is made from.

    Raises:
        Refusal: 404 when there is none; 428 without If-Match; 412 when another has come since.
    """
    if version is None or version.spec is None:
        raise not_found()
    if match is None:
        words = ("The change does not say what it was made from.", "Send If-Match with the ETag.")
        raise Refusal(428, "no_if_match", *words)
    if match.strip() not in ("*", tag(version)):
        words = ("Somebody else has changed it meanwhile.", "Read it again, then change it.")
        raise Refusal(412, "overtaken", *words)
    return version.version


@router.post("/tenants/{tenant}/feeds", status_code=201)
def add_feed(
    visitor: Asking, tenant: str, body: setup_models.NewFeed, response: Response
) -> setup_models.Saved:
    """A new feed; it is a DAG within a minute, paused or not as Airflow is set."""
    owner = visitor.act(tenant)
    known = registry.fetch_version(visitor, tenant, body.feed)
    if body.feed in owner.spec.feeds or (known and known.spec is not None):
        words = (f"There is a feed `{body.feed}` already.", "Give it another name, or change it.")
        raise Refusal(409, "exists", *words)
    after = known.version if known else 0
    return _save_feed(visitor, (tenant, body.feed, after), body, response)


@router.put(BELOW)
def change_feed(
    visitor: Asking,
    tenant: str,
    feed: FeedName,
    body: setup_models.FeedChange,
    response: Response,
    if_match: Match = None,
) -> setup_models.Saved:
    """Replace the block of a feed that was made here."""
    after = _find_own(visitor, tenant, feed, if_match)
    return _save_feed(visitor, (tenant, feed, after), body, response)


def _save_feed(
    visitor: Visitor,
    place: tuple[str, str, int],
    body: setup_models.FeedChange,
    response: Response,
) -> setup_models.Saved:
    tenant, feed, after = place
    connector = find_connector(visitor, feed, body.spec)
    spec = build_spec(connector, body.spec)
    allowed = frozenset(connector.secrets if connector else ())
    registry.check_secrets(body.secrets, allowed)
    change = Change(tenant, feed, spec, after, visitor.person.name, body.why)
    version = registry.run_save(visitor, change, "feed.save")
    registry.run_keep_secrets(visitor, tenant, feed, body.secrets, allowed)
    response.headers["ETag"] = f'"v{version}"'
    return setup_models.Saved(tenant=tenant, feed=feed, version=version)


def find_connector(visitor: Visitor, feed: str, spec: dict[str, Any]) -> Connector | None:
    """The connector a block names, by its feed's name where it names none."""
    name = spec.get("connector") or feed
    known = visitor.fleet.fetch_platform().connectors
    return known.get(name) if isinstance(name, str) else None


def _find_own(visitor: Visitor, tenant: str, feed: str, match: str | None) -> int:
    owner = visitor.act(tenant)
    if feed in owner.spec.feeds and feed not in owner.registered:
        words = ("This feed stands in the tenant's file, which wins.", "Change that file.")
        raise Refusal(409, "file_wins", *words)
    return check_match(registry.fetch_version(visitor, tenant, feed), match)


@router.put(f"{BELOW}/secrets")
def keep_secrets(
    visitor: Asking, tenant: str, feed: FeedName, body: setup_models.SecretsIn
) -> models.Done:
    """Fields of the feed's connection, of a feed in a file, too. They are never answered."""
    owner = visitor.act(tenant)
    connector = find_connector(visitor, feed, registry.find_block(owner, feed))
    allowed = frozenset(connector.secrets if connector else ())
    registry.run_keep_secrets(visitor, tenant, feed, body.secrets, allowed)
    return models.Done(done="kept", count=len(body.secrets))


@router.delete(BELOW)
def remove_feed(
    visitor: Asking, tenant: str, feed: FeedName, if_match: Match = None
) -> setup_models.Saved:
    """Take a feed away that was made here: its DAG goes, its rows and books stay."""
    after = _find_own(visitor, tenant, feed, if_match)
    change = Change(tenant, feed, None, after, visitor.person.name)
    version = registry.run_save(visitor, change, "feed.remove")
    return setup_models.Saved(tenant=tenant, feed=feed, version=version)


@router.get(f"{BELOW}/versions")
def read_versions(
    visitor: Asking, tenant: str, feed: FeedName
) -> models.Listed[setup_models.VersionOut]:
    """Who changed the feed when, and which lines; the newest first."""
    versions = registry.fetch_history(visitor, tenant, feed)
    if not versions:
        registry.find_block(visitor.see(tenant), feed)
    items = [
        setup_models.VersionOut(
            version=one.version,
            who=one.who,
            at=one.at,
            why=one.why,
            removed=one.spec is None,
            diff=lines,
        )
        for one, lines in zip(versions, build_diff(versions), strict=True)
    ]
    return models.Listed(items=items)


@router.post(f"{BELOW}/rollback")
def roll_back_feed(
    visitor: Asking,
    tenant: str,
    feed: FeedName,
    body: setup_models.RollbackIn,
    if_match: Match = None,
) -> setup_models.Saved:
    """Make an older version the newest; a removed feed comes back."""
    visitor.act(tenant)
    versions = registry.fetch_history(visitor, tenant, feed)
    wanted = next((one for one in versions if one.version == body.version), None)
    if wanted is None or wanted.spec is None:
        raise not_found()
    if versions[0].spec is not None:
        check_match(versions[0], if_match)
    why = body.why or f"back to version {body.version}"
    after, who = versions[0].version, visitor.person.name
    change = Change(tenant, feed, wanted.spec, after, who, why)
    version = registry.run_save(visitor, change, "feed.roll_back")
    return setup_models.Saved(tenant=tenant, feed=feed, version=version)


@router.post(f"{BELOW}/test")
def test_feed(
    visitor: Asking, tenant: str, feed: FeedName, body: setup_models.TrialIn
) -> models.Listed[setup_models.StepOut]:
    """Can it be loaded: login, network, rights; also before it is saved. Nothing is kept."""
    return models.Listed(items=run_test(build_trial(visitor, tenant, feed, body)))


@router.post(f"{BELOW}/preview")
def preview_feed(
    visitor: Asking, tenant: str, feed: FeedName, body: setup_models.TrialIn
) -> setup_models.PreviewOut:
    """The first rows of a stream as they would be loaded. Nothing is kept."""
    return run_preview(build_trial(visitor, tenant, feed, body), body.stream)


def build_trial(visitor: Visitor, tenant: str, feed: str, body: setup_models.TrialIn) -> Trial:
    """A feed as it would be, with the secrets that were typed over those that are kept."""
    owner = visitor.act(tenant)
    spec = registry.find_block(owner, feed) if body.spec is None else body.spec
    connector = find_connector(visitor, feed, spec)
    allowed = frozenset(connector.secrets if connector else ())
    secrets = registry.check_secrets(body.secrets, allowed)
    return Trial(visitor, owner, feed, build_spec(connector, spec), secrets)


@router.post("/tenants", status_code=201)
def add_tenant(
    visitor: Asking, body: setup_models.NewTenant, response: Response
) -> setup_models.Saved:
    """A new tenant, by an administrator; its feeds are added one by one."""
    visitor.administer()
    known = registry.fetch_version(visitor, body.tenant, "")
    tenants = {one.id for one in visitor.fleet.fetch_platform().tenants}
    if body.tenant in tenants or (known and known.spec is not None):
        words = (f"There is a tenant `{body.tenant}` already.", "Give it another id.")
        raise Refusal(409, "exists", *words)
    after = known.version if known else 0
    change = Change(body.tenant, "", body.spec, after, visitor.person.name, body.why)
    version = registry.run_save(visitor, change, "tenant.save")
    response.headers["ETag"] = f'"v{version}"'
    return setup_models.Saved(tenant=body.tenant, feed=None, version=version)


@router.put("/tenants/{tenant}")
def change_tenant(
    visitor: Asking, tenant: str, body: setup_models.TenantChange, if_match: Match = None
) -> setup_models.Saved:
    """Replace the settings of a tenant that was made here; its feeds stay."""
    visitor.act(tenant)
    visitor.administer()
    after = check_match(registry.fetch_version(visitor, tenant, ""), if_match)
    change = Change(tenant, "", body.spec, after, visitor.person.name, body.why)
    version = registry.run_save(visitor, change, "tenant.save")
    return setup_models.Saved(tenant=tenant, feed=None, version=version)


@router.delete("/tenants/{tenant}")
def remove_tenant(visitor: Asking, tenant: str, if_match: Match = None) -> setup_models.Saved:
    """Take a tenant away that was made here, with its feeds; its rows stay."""
    visitor.act(tenant)
    visitor.administer()
    after = check_match(registry.fetch_version(visitor, tenant, ""), if_match)
    change = Change(tenant, "", None, after, visitor.person.name)
    version = registry.run_save(visitor, change, "tenant.remove")
    return setup_models.Saved(tenant=tenant, feed=None, version=version)


@router.get("/tenants/{tenant}/export", response_class=PlainTextResponse)
def export_tenant(visitor: Asking, tenant: str) -> PlainTextResponse:
    """What was made here as the file it would be, for git; no secrets, which are connections."""
    visitor.see(tenant)
    with visitor.open_registry(tenant, read_only=True).connect() as connection:
        held = build_held(fetch_newest(connection, tenant))
    return PlainTextResponse(build_export(held, tenant), media_type="application/yaml")


@router.get("/tenants/{tenant}/audit")
def read_audit(
    visitor: Asking, tenant: str, limit: Limit = 50
) -> models.Listed[setup_models.AuditOut]:
    """Who changed what in the console, the newest first."""
    query = (
        "select audit_id, at, who, what, about from elt_ops.console_audit where tenant = %s "
        "order by audit_id desc limit %s"
    )
    found: dict[int, Any] = {}
    with visitor.open_registry(tenant, read_only=True).connect() as connection:
        found |= {row[0]: row for row in connection.execute(query, [tenant, limit])}
    with ledger(visitor, tenant) as connection:
        found |= {row[0]: row for row in connection.execute(query, [tenant, limit])}
    rows = sorted(found.values(), key=lambda row: row[1], reverse=True)[:limit]
    names = ("audit_id", "at", "who", "what", "about")
    items = [setup_models.AuditOut(**dict(zip(names, row, strict=True))) for row in rows]
    return models.Listed(items=items)
