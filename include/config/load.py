"""Files to `Platform`: every tenant, every problem, never an exception for one bad file.

Data flow: connectors/*/connector.yaml + tenants/*.yaml -> load_platform -> Platform.
"""

import os
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from pydantic import BaseModel, ValidationError

from include.config.connector_spec import Connector, Stream
from include.config.declared_api import declares_api, resolve_declared_api
from include.config.explain import did_you_mean, explain
from include.config.models import (
    Feed,
    FeedFile,
    Platform,
    Problem,
    Tenant,
    TenantFile,
)
from include.config.options import (
    check_sweeps,
    resolve_concepts,
    resolve_options,
    resolve_stream_settings,
    resolve_streams,
)
from include.config.reports import REPORTS_OPTION, resolve_reports
from include.config.settings import Settings, load_settings
from include.config.stream_settings import StreamSettings
from include.config.tenant.alert_rules import check_alerts
from include.config.tenant.checks import resolve_checks
from include.config.tenant.concepts.resolve import resolve_concept_maps
from include.config.tenant.overrides import resolve_decisions
from include.config.tenant.registered import (
    TENANT_SUFFIX,
    RegisteredTenant,
    add_feeds,
    choose_usable,
    find_sources,
    is_registered,
)
from include.config.tenant.rules import (
    check_names,
    check_privacy,
    check_shared_tables,
    check_twins,
)
from include.config.tenant.schedule import resolve_schedule
from include.config.tenant.speakers import check_revenue
from include.config.walls.reach import check_reach, find_destination_fault
from include.config.yaml_file import Loc, Trouble, YamlFile, load_yaml, problem_line
from include.core import naming

CONNECTOR_FILE = "connector.yaml"
MOST_PROBLEMS, MOST_LETTERS = 100, 2000
M = TypeVar("M", bound=BaseModel)
# Connectors read by this process and those it is forked from: file -> (its stat, what it says).
_READ: dict[Path, tuple[tuple[int, ...], Connector]] = {}


def load_platform(
    settings: Settings | None = None, names: Collection[str] | None = None
) -> Platform:
    """Read all files.

    Args:
        names: File names of the only tenants to read: a fleet's others cost nothing then.

    Returns:
        Tenants without a single problem, sorted by id; the problems of all files, sorted by place;
        the stems of broken tenant files, of misnamed ones the whole name. A broken connector breaks
        only the tenants that use it.
    """
    settings = settings or load_settings()
    connectors, problems = load_connectors(settings.connectors_dir)
    broken_connectors = {problem.path.parent.name: problem for problem in reversed(problems)}
    tenants: list[Tenant] = []
    broken: dict[str, str] = {}
    for path in find_sources(settings.tenants_dir, settings.registry_dir):
        if names is not None and path.name not in names:
            continue
        if path.suffix != TENANT_SUFFIX:
            message = f"`{path.name}` is not read. Expected a name that ends in `.yaml`. Rename it."
            problems.append(Problem(path, None, message))
            broken[path.name] = path.name
            continue
        tenant, found = load_tenant(path, connectors, broken_connectors, settings.registry_dir)
        problems.extend(found)
        if tenant is None or found:
            broken[path.name] = path.stem
        else:
            tenants.append(tenant)
            problems.extend(tenant.notices)
    ordered = sorted(problems, key=lambda p: (str(p.path), p.line or 0, p.message))
    return Platform(
        tuple(sorted(tenants, key=lambda t: t.id)),
        connectors,
        tuple(ordered),
        tuple(broken.values()),
        tuple(broken),
    )


def load_connectors(folder: Path) -> tuple[dict[str, Connector], list[Problem]]:
    """Every connector.yaml below `folder` by name, sorted, and the problems of the broken ones."""
    found: dict[str, Connector] = {}
    problems: list[Problem] = []
    for path in sorted(one / CONNECTOR_FILE for one in folder.glob("*/")):
        if not os.path.lexists(path):  # not exists(): a link to nothing is a broken connector
            continue
        try:
            connector, trouble = _load_connector(path)
        except Exception as error:  # whatever is in one file is that file's problem
            connector, trouble = None, [_unforeseen(path, error)]
        problems.extend(_most(trouble))
        if connector is None:
            continue
        if connector.connector != path.parent.name:
            message = (
                f"`connector` is `{connector.connector}`. Expected the folder's name "
                f"`{path.parent.name}`."
            )
            problems.append(Problem(path, 1, message))
            continue
        found[connector.connector] = connector
    return found, problems


def find_mark(path: Path) -> tuple[int, ...]:
    """What changes with the file, an older copy put in its place included; () if it is gone."""
    try:
        found = path.stat()
    except OSError:
        return ()
    return (found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino, found.st_dev)


def _load_connector(path: Path) -> tuple[Connector | None, list[Problem]]:
    """Read once until the file changes: each of a fleet's tenants asks for every connector."""
    mark = find_mark(path)
    known = _READ.get(path)
    if known and known[0] == mark:
        return known[1], []
    connector, trouble = _load_model(path, Connector)
    if connector is not None and not trouble and mark:
        _READ[path] = (mark, connector)
    return connector, trouble


def load_tenant(
    path: Path,
    connectors: dict[str, Connector],
    broken_connectors: Mapping[str, Problem] | None = None,
    registry: Path | None = None,
) -> tuple[Tenant | None, list[Problem]]:
    """One tenant file, resolved; None when its shape is wrong. Never raises for what is in it.

    Args:
        broken_connectors: Folder of a connector that could not be read -> why; the problem of
            every tenant that uses it.
        registry: Folder of what was made in the console; the settings' if absent.
    """
    broken = broken_connectors or {}

    def load(further: Mapping[str, Any]) -> tuple[Tenant | None, list[Problem]]:
        return _load_tenant(path, connectors, broken, further)

    try:
        tenant, problems = choose_usable(path, registry or load_settings().registry_dir, load)
        return tenant, _most(problems)
    except Exception as error:  # whatever is in one file is that file's problem
        return None, [_unforeseen(path, error)]


def _most(problems: list[Problem]) -> list[Problem]:
    """What one page can show: the report is a DAG's text, an alert, a mail."""
    problems = [
        replace(one, message=f"{one.message[:MOST_LETTERS]} ...")
        if len(one.message) > MOST_LETTERS
        else one
        for one in problems
    ]
    left = len(problems) - MOST_PROBLEMS
    if left <= 0:
        return problems
    kept = sorted(problems, key=lambda problem: problem.line or 0)[:MOST_PROBLEMS]
    return [*kept, Problem(kept[0].path, kept[-1].line, f"And {left} more problems behind this.")]


def _unforeseen(path: Path, error: Exception) -> Problem:
    reason = (str(error).splitlines() or [""])[0][:200]
    return Problem(path, None, f"cannot be used: {type(error).__name__}: {reason}")


def load_candidate(
    path: Path, connectors: dict[str, Connector], further: Mapping[str, Any]
) -> tuple[Tenant | None, list[Problem]]:
    """The tenant as it would be with these feeds of the registry: none is left out for a fault."""
    return _load_tenant(path, connectors, {}, further)


def _load_tenant(
    path: Path,
    connectors: dict[str, Connector],
    broken_connectors: Mapping[str, Problem],
    further: Mapping[str, Any],
) -> tuple[Tenant | None, list[Problem]]:
    file, problems = _read(path)
    if file is None:
        return None, problems
    file = add_feeds(file, further)
    model = RegisteredTenant if is_registered(path) else TenantFile
    spec, problems = _validate(file, model)
    if spec is None:
        return None, problems
    if spec.tenant != path.stem:
        message = f"`tenant` is `{spec.tenant}`. Expected the file's name `{path.stem}`."
        problems.append(Problem(path, file.line(("tenant",)), message))
    if spec.tenant in naming.RESERVED_TENANTS:
        message = f"`tenant` is `{spec.tenant}`, a name the platform or PostgreSQL uses itself."
        problems.append(Problem(path, file.line(("tenant",)), f"{message} Choose another."))
    fault = find_destination_fault(spec.destination, spec.tenant)
    if fault:
        line = file.line(("destination", "connection"))
        problems.append(Problem(path, line, f"destination: {fault}"))
    try:
        ZoneInfo(spec.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: `Europe` is a folder
        message = f"`timezone` is `{spec.timezone}`. Expected an IANA name such as `Europe/Berlin`."
        problems.append(Problem(path, file.line(("timezone",)), message))
    usable = {name: one for name, one in connectors.items() if name not in broken_connectors}
    feeds = _resolve_feeds(spec, file, usable, broken_connectors, problems)
    check_twins(feeds, file, problems)
    check_revenue(spec, feeds, file, problems)
    check_shared_tables(feeds, file, problems)
    check_privacy(spec, feeds, file, problems)
    check_alerts(spec, file, problems)
    overrides, categories, notices = resolve_decisions(spec, file)
    checks, faults = resolve_checks(spec, feeds, file)
    notices += faults
    said = tuple(fault.message for fault in faults)
    tenant = Tenant(spec, path, (), overrides, tuple(_most(notices)), checks, said, categories)
    feeds = [_with_tenant(feed, tenant) for feed in feeds if feed.enabled]
    object.__setattr__(tenant, "feeds", tuple(sorted(feeds, key=lambda f: f.name)))
    return tenant, problems


def _with_tenant(feed: Feed, tenant: Tenant) -> Feed:
    # Tenant and feed point at each other; both are frozen, so the back reference is set here once.
    object.__setattr__(feed, "tenant", tenant)
    return feed


def _resolve_feeds(
    spec: TenantFile,
    file: YamlFile,
    connectors: dict[str, Connector],
    broken_connectors: Mapping[str, Problem],
    problems: list[Problem],
) -> list[Feed]:
    feeds: list[Feed] = []
    for name, block in spec.feeds.items():
        wanted = block.connector or name
        connector = connectors.get(wanted)
        if connector is None:
            key = "connector" if block.connector else name
            loc: Loc = ("feeds", name)
            loc = (*loc, "connector") if block.connector else loc
            if wanted in broken_connectors:
                message = f"`{key}`: connector `{wanted}` is broken: {broken_connectors[wanted]}"
                problems.append(Problem(file.path, file.line(loc), message))
                continue
            known = ", ".join(sorted(connectors)) or "none"
            guess = did_you_mean(wanted, connectors)
            message = f"`{key}`: no connector `{wanted}`.{guess} Connectors: {known}."
            problems.append(Problem(file.path, file.line(loc), message))
            continue
        feed, found = _resolve_feed(spec, name, block, connector)
        for loc, message in found:
            place: Loc = ("feeds", name, *loc)
            problems.append(Problem(file.path, file.line(place), f"feed `{name}`: {message}"))
        if feed is not None:
            feeds.append(feed)
    return feeds


def _resolve_feed(
    spec: TenantFile, name: str, block: FeedFile, connector: Connector
) -> tuple[Feed | None, Trouble]:
    """One feed and what is wrong with it, as (place below the feed's block, message)."""
    trouble: Trouble = []
    options = resolve_options(connector, block.options, trouble)
    concepts = resolve_concepts(connector, block.concepts, trouble)
    streams: dict[str, Stream]
    connector = resolve_reports(connector, options, trouble)
    if declares_api(connector):
        connector = resolve_declared_api(connector, options, trouble)
        streams = dict(connector.streams)
    else:
        streams = resolve_streams(connector, _with_reports(block, options), options, trouble)
    defaults = StreamSettings(drift=block.drift)
    settings = resolve_stream_settings(connector, streams, block.stream_settings, defaults, trouble)
    schedule = resolve_schedule(block.schedule, spec.tenant, trouble)
    sweeps = block.sweep_schedule
    if sweeps is not None:
        sweeps = resolve_schedule(sweeps, spec.tenant, trouble, key="sweep_schedule")
        check_sweeps(connector, streams, trouble)
    check_reach(connector, options, spec.tenant, trouble)
    maps = resolve_concept_maps(connector, block.concepts, streams, options, spec.currency, trouble)
    check_names(spec, name, connector, streams, trouble)
    if trouble:
        return None, trouble
    feed = Feed(
        tenant=None,  # type: ignore[arg-type]  # set by _with_tenant, the only caller's next step
        name=name,
        connector=connector,
        streams=streams,
        options=options,
        concepts=concepts,
        schedule=schedule,
        start_date=block.start_date,
        priority=block.priority,
        tasks=block.tasks,
        enabled=block.enabled,
        deadline_minutes=block.deadline_minutes,
        owner=block.owner,
        defaults=defaults,
        stream_settings=settings,
        sweep_schedule=sweeps,
        concept_maps=maps,
    )
    return feed, trouble


def _with_reports(block: FeedFile, options: dict[str, Any]) -> tuple[str, ...] | None:
    """The streams a feed names and its reports, which it declares to have them loaded."""
    made = options.get(REPORTS_OPTION)
    if block.streams is None or not isinstance(made, dict):
        return block.streams
    return tuple(dict.fromkeys([*block.streams, *map(str, made)]))


def start_instant(feed: Feed) -> datetime:
    """The feed's start date as UTC midnight."""
    day = feed.start_date
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _read(path: Path) -> tuple[YamlFile | None, list[Problem]]:
    try:
        file = load_yaml(path)
    except yaml.YAMLError as error:
        reason = str(getattr(error, "problem", None) or error)
        return None, [Problem(path, problem_line(error), f"not valid YAML: {reason}")]
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or getattr(error, "reason", None) or str(error)
        return None, [Problem(path, None, f"cannot be read as UTF-8 text: {reason}")]
    if not isinstance(file.data, dict):
        return None, [Problem(path, 1, "is empty or not a mapping. Expected `key: value` lines.")]
    return file, []


def _validate(file: YamlFile, model: type[M]) -> tuple[M | None, list[Problem]]:
    try:
        return model.model_validate(file.data), []
    except ValidationError as error:
        return None, explain(error, file, model)


def _load_model(path: Path, model: type[M]) -> tuple[M | None, list[Problem]]:
    file, problems = _read(path)
    return (None, problems) if file is None else _validate(file, model)
