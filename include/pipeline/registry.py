"""Tenants and feeds made in the console: checked as files are, kept as versions, shown as files."""

import difflib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from include.config.connector_spec import Connector
from include.config.load import load_candidate, load_connectors
from include.config.models import Tenant
from include.config.settings import Settings, load_settings
from include.config.tenant.registered import (
    FEEDS,
    TENANT_SUFFIX,
    TENANTS,
    dump,
    load_further_feeds,
    run_write_snapshot,
)
from include.config.walls.private_copies import PrivateFolder
from include.config.yaml_file import load_yaml
from include.core.errors import ConfigError, Unfit
from include.ledger.connection import Connection
from include.ledger.locks import run_lock_ddl
from include.ledger.stores.registry import Change, Version, fetch_newest, run_append

MOST_LETTERS = 200_000


@dataclass(frozen=True)
class Held:
    """What the registry says now; removed things are left out.

    Attributes:
        tenants: Tenant -> its settings.
        feeds: Tenant -> feed -> its block.
    """

    tenants: Mapping[str, Mapping[str, Any]]
    feeds: Mapping[str, Mapping[str, Any]]


def build_unfit(faults: Iterable[str], *, tenant: str) -> Unfit:
    """The error that says all of it."""
    said = tuple(faults)
    error = Unfit(" ".join(said), tenant=tenant or None)
    error.faults = said
    return error


def build_held(versions: Iterable[Version]) -> Held:
    """The newest versions as documents."""
    tenants: dict[str, Mapping[str, Any]] = {}
    feeds: dict[str, dict[str, Any]] = defaultdict(dict)
    for one in versions:
        if one.spec is None:
            continue
        if one.feed:
            feeds[one.tenant][one.feed] = one.spec
        else:
            tenants[one.tenant] = one.spec
    return Held(tenants, dict(feeds))


def build_with(held: Held, change: Change) -> Held:
    """The same after a change."""
    tenants = {name: spec for name, spec in held.tenants.items() if name != change.tenant}
    feeds = {name: dict(blocks) for name, blocks in held.feeds.items()}
    if change.feed:
        mine = feeds.setdefault(change.tenant, {})
        mine.pop(change.feed, None)
        if change.spec is not None:
            mine[change.feed] = change.spec
        tenants = dict(held.tenants)
    elif change.spec is not None:
        tenants[change.tenant] = change.spec
    return Held(tenants, feeds)


def check_change(held: Held, change: Change, settings: Settings | None = None) -> Tenant:
    """The tenant as it will be.

    Raises:
        Unfit: With every fault, in the words a file's would have.
    """
    settings = settings or load_settings()
    after = build_with(held, change)
    own = settings.tenants_dir / f"{change.tenant}{TENANT_SUFFIX}"
    _check_is_not_a_files(change, own)
    with PrivateFolder() as folder:
        mine = {key: spec for key, spec in after.tenants.items() if key == change.tenant}
        blocks = {change.tenant: after.feeds.get(change.tenant, {})}
        try:
            run_write_snapshot(folder, mine, blocks)
            path = own if own.exists() else folder / TENANTS / own.name
            further = load_further_feeds(own, folder)
            connectors, _ = load_connectors(settings.connectors_dir)
            found, problems = load_candidate(path, connectors, further.data if further else {})
        except (yaml.YAMLError, ValueError, TypeError) as error:
            raise build_unfit([f"{error}."], tenant=change.tenant) from None
    if found is None or problems:
        prefix = f"feeds.{change.feed}."
        said = [problem.message.replace(prefix, "") for problem in problems]
        raise build_unfit(said or ["there is no such tenant."], tenant=change.tenant)
    object.__setattr__(found, "registered", frozenset(blocks[change.tenant]))
    return found


def _check_is_not_a_files(change: Change, own: Path) -> None:
    if not own.exists():
        return
    if not change.feed:
        message = f"`{change.tenant}` has a file of its own, which wins. Change that file."
        raise build_unfit([message], tenant=change.tenant)
    try:
        document = load_yaml(own).data
    except (yaml.YAMLError, OSError, UnicodeDecodeError):
        return  # what is wrong with it is told with the tenant
    blocks = document.get("feeds") if isinstance(document, dict) else None
    if isinstance(blocks, dict) and change.feed in blocks:
        message = f"feed `{change.feed}` stands in the tenant's file, which wins. Change that file."
        raise build_unfit([message], tenant=change.tenant)


def run_change(connection: Connection, change: Change) -> int:
    """Check it and write it; returns the number of the version.

    One change at a time is judged, so that two which fit apart and not together never both stand.

    Raises:
        Unfit: It is not valid; nothing was written.
        Overtaken: Somebody was faster; nothing was written.
    """
    run_lock_ddl(connection, "registry")
    held = build_held(fetch_newest(connection))
    if change.spec is not None:
        check_change(held, change)
    elif not change.feed:
        for feed in held.feeds.get(change.tenant, {}):
            newest = fetch_newest(connection, change.tenant, feed)
            run_append(connection, _removal(change, newest[0]))
    return run_append(connection, change)


def _removal(of: Change, newest: Version) -> Change:
    return Change(of.tenant, newest.feed, None, newest.version, of.who, of.why)


def run_sync(connection: Connection, registry: Path | None = None) -> bool:
    """Write the snapshot that DAG files read; returns whether anything was new."""
    held = build_held(fetch_newest(connection))
    return run_write_snapshot(registry or load_settings().registry_dir, held.tenants, held.feeds)


def build_diff(versions: list[Version]) -> list[list[str]]:
    """Lines with `+` and `-` of each version against the one before it; the newest first."""
    texts = [dump(one.spec).splitlines() if one.spec is not None else [] for one in versions]
    before = [*texts[1:], []]
    return [
        [line for line in difflib.ndiff(old, new) if line[:1] in "+-"]
        for old, new in zip(before, texts, strict=True)
    ]


def build_export(held: Held, tenant: str) -> str:
    """A tenant as the file it would be; of one that has a file, the feeds alone."""
    blocks = held.feeds.get(tenant, {})
    if tenant not in held.tenants:
        return dump({FEEDS: blocks})
    return dump({"tenant": tenant, **held.tenants[tenant], FEEDS: blocks})


def load_document(path: Path) -> dict[str, Any]:
    """A file that is to be put in, as it stands.

    Raises:
        ConfigError: It cannot be read, or is no mapping.
    """
    try:
        data = load_yaml(path).data
    except (yaml.YAMLError, OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"`{path}` cannot be read: {error}. Expected a tenant file.") from None
    if not isinstance(data, dict) or not isinstance(data.get("feeds") or {}, dict):
        raise ConfigError(f"`{path}` is no tenant file. Expected `key: value` lines and `feeds:`.")
    return data


def build_spec(connector: Connector | None, spec: Mapping[str, Any]) -> dict[str, Any]:
    """The block as it is kept: lists and mappings that a form gives as YAML become what they say.

    Raises:
        Unfit: A text is no YAML.
    """
    found = dict(spec)
    given = found.get("options")
    options = dict(given) if isinstance(given, dict) else {}
    for name, value in options.items():
        declared = connector.options.get(name) if connector else None
        if isinstance(value, str) and declared and declared.type in ("mapping", "list"):
            options[name] = _parse(name, value)
    if options:
        found["options"] = options
    return found


def _parse(name: str, text: str) -> Any:
    if len(text) > MOST_LETTERS:
        raise build_unfit([f"`options.{name}` is longer than {MOST_LETTERS} letters."], tenant="")
    with PrivateFolder() as folder:
        path = folder / "option.yaml"
        path.write_text(text, encoding="utf-8")
        try:
            return load_yaml(path).data
        except (yaml.YAMLError, ValueError) as error:
            reason = getattr(error, "problem", None) or error
            raise build_unfit(
                [f"`options.{name}` is not valid YAML: {reason}."], tenant=""
            ) from None
