"""Where a tenant's data comes from: feeds, what else can be connected, the form for both."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal, get_args, get_origin

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from include.config.connector_spec import Connector
from include.config.models import FeedFile, Tenant
from include.config.tenant.registered import dump
from include.console import registry
from include.console.answers import not_found
from include.console.api.routes import Asking
from include.console.api.setup import fetch_configured
from include.console.consent import build_redirect_uri
from include.console.pages.render import PageRoute, render
from include.console.uploads import FOLDER
from include.core.clock import utcnow
from include.core.naming import SNAKE_PATTERN

router = APIRouter(prefix="/tenants/{tenant}", route_class=PageRoute, include_in_schema=False)

# Shown by themselves, or kept as they are in the block: too much for a field.
Upload = Annotated[str | None, Query(max_length=40, pattern=SNAKE_PATTERN)]
Connected = Annotated[bool, Query()]
APART = ("connector", "options", "streams", "concepts", "stream_settings")
FIRST = ("schedule", "start_date")


@dataclass(frozen=True)
class Field:
    """One field of a form, from the model or connector.yaml it is checked by.

    Attributes:
        kind: text, number, date, bool, choice or block (YAML).
    """

    name: str
    kind: str
    about: str
    value: Any
    default: Any = None
    choices: tuple[str, ...] = ()
    is_required: bool = False


@router.get("/sources")
def show_sources(request: Request, visitor: Asking, tenant: str) -> Response:
    """Feeds with their origin, and the gallery."""
    owner = visitor.see(tenant)
    known = visitor.fleet.fetch_platform().connectors
    return render(
        request,
        "sources.html",
        tenant=owner,
        feeds=fetch_configured(visitor, owner),
        connectors=sorted(known.values(), key=lambda one: one.title.lower()),
        may_act=visitor.may_act(tenant),
    )


@router.get("/sources/upload")
def show_upload(request: Request, visitor: Asking, tenant: str) -> Response:
    """Where a file goes in."""
    return render(request, "upload.html", tenant=visitor.act(tenant))


@router.get("/sources/new/{connector}")
def show_new(
    request: Request, visitor: Asking, tenant: str, connector: str, upload: Upload = None
) -> Response:
    """The form of a feed that is not there yet, or of the files that were uploaded for it."""
    owner = visitor.act(tenant)
    found = visitor.fleet.fetch_platform().connectors.get(connector)
    if found is None:
        raise not_found()
    spec: dict[str, Any] = {"start_date": utcnow().date().replace(month=1, day=1).isoformat()}
    if upload:
        spec |= {"connector": "files", "schedule": "manual"}
        spec["options"] = {"path": f"{FOLDER}/{upload}"}
        about = {"feed": upload, "spec": spec, "tag": None, "upload": upload}
        return _render_form(request, owner, found, about)
    name = found.connector if found.connector not in owner.spec.feeds else ""
    return _render_form(request, owner, found, {"feed": name, "spec": spec, "tag": None})


@router.get("/feeds/{feed}/edit")
def show_edit(
    request: Request, visitor: Asking, tenant: str, feed: str, connected: Connected = False
) -> Response:
    """The form of a feed that was made here; of one in a file it says where to change it."""
    owner = visitor.act(tenant)
    version = registry.fetch_version(visitor, tenant, feed)
    if feed in owner.spec.feeds and feed not in owner.registered:
        version = None
    elif version is None or version.spec is None:
        raise not_found()
    spec = dict(version.spec or {}) if version else registry.find_block(owner, feed)
    name = str(spec.get("connector") or feed)
    found = visitor.fleet.fetch_platform().connectors.get(name)
    if found is None:
        raise not_found()
    tag = f'"v{version.version}"' if version else None
    history = registry.fetch_history(visitor, tenant, feed)
    about = {"feed": feed, "spec": spec, "tag": tag, "history": history, "is_file": version is None}
    about["connected"] = connected
    return _render_form(request, owner, found, about)


def _render_form(
    request: Request, owner: Tenant, connector: Connector, about: dict[str, Any]
) -> Response:
    spec = about["spec"]
    return render(
        request,
        "source.html",
        tenant=owner,
        connector=connector,
        history=about.get("history", []),
        is_file=about.get("is_file", False),
        upload=about.get("upload"),
        feed=about["feed"],
        spec=spec,
        tag=about["tag"],
        connected=about.get("connected", False),
        redirect_uri=build_redirect_uri(request.state.visitor.fleet.doors.base_url),
        first=[one for one in build_fields(spec) if one.name in FIRST],
        further=[one for one in build_fields(spec) if one.name not in FIRST],
        options=build_options(connector, spec.get("options") or {}),
        streams=sorted(connector.streams),
        chosen=spec.get("streams"),
    )


def build_fields(spec: dict[str, Any]) -> list[Field]:
    """What every feed has, from the model its block is checked by."""
    found = []
    for name, described in FeedFile.model_fields.items():
        if name in APART:
            continue
        kind, choices = _kind(described.annotation)
        default = None if described.is_required() else described.get_default()
        found.append(
            Field(
                name,
                kind,
                described.description or "",
                spec.get(name),
                default,
                choices,
                is_required=described.is_required(),
            )
        )
    return found


def _kind(annotation: Any) -> tuple[str, tuple[str, ...]]:
    if get_origin(annotation) is Literal:
        return "choice", tuple(map(str, get_args(annotation)))
    for kind, name in ((bool, "bool"), (int, "number"), (date, "date")):
        if annotation is kind:
            return name, ()
    return "text", ()


def build_options(connector: Connector, given: dict[str, Any]) -> list[Field]:
    """What the connector asks for, from its connector.yaml; the needed ones first."""
    kinds = {"int": "number", "bool": "bool", "mapping": "block", "list": "block", "text": "text"}
    found = []
    for name, one in connector.options.items():
        value, kind = given.get(name), kinds[one.type]
        if kind == "block" and value is not None:
            value = dump(value).rstrip()
        found.append(
            Field(name, kind, one.description, value, one.default, (), is_required=one.required)
        )
    return sorted(found, key=lambda one: not one.is_required)
