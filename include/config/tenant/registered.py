"""What people made in the console, as files: the snapshot a DAG's parse reads.

`<registry>/tenants/<tenant>.yaml` is a tenant without its feeds, `<registry>/feeds/<tenant>.yaml`
the feeds of one, also of a tenant that has a file of its own. A file of the user's wins: over the
tenant of its name as a whole, over a feed where both have it. One feed that cannot be used is left
out and told; its tenant and neighbours stay.
"""

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml
from pydantic import Field

from include.config.models import MAX_FEEDS, FeedFile, Problem, Tenant, TenantFile
from include.config.settings import Settings
from include.config.spec import Snake
from include.config.yaml_file import YamlFault, YamlFile, load_yaml, problem_line

TENANTS, FEEDS = "tenants", "feeds"
TENANT_SUFFIX = ".yaml"
Found = tuple[Tenant | None, list[Problem]]


class RegisteredTenant(TenantFile):
    """A tenant made in the console begins without feeds; each is added by itself."""

    feeds: dict[Snake, FeedFile] = Field({}, max_length=MAX_FEEDS)


def find_tenant_files(folder: Path) -> list[Path]:
    """Tenants' files by name, and what looks like one and has another ending (`.yml`, `.YAML`).

    Names alone: none is opened. Sorted, misnamed ones last; none where there is no such folder.
    """
    found = [
        path
        for path in folder.glob("[!.]*")
        if path.suffix.lower() in (TENANT_SUFFIX, ".yml") and path.stem
    ]
    return sorted(found, key=lambda path: (path.suffix != TENANT_SUFFIX, path))


def find_sources(tenants: Path, registry: Path) -> list[Path]:
    """The file of every tenant: the user's, and the registry's of those that have none."""
    own = find_tenant_files(tenants)
    taken = {path.name for path in own}
    return [*own, *(p for p in find_tenant_files(registry / TENANTS) if p.name not in taken)]


def find_source(name: str, settings: Settings) -> Path:
    """The file of one tenant; where neither folder has it, the one it would have in the user's."""
    own = settings.tenants_dir / name
    made = settings.registry_dir / TENANTS / name
    return made if made.is_file() and not own.exists() else own


def is_registered(path: Path) -> bool:
    """Whether a tenant's file is the registry's."""
    return path.parent.name == TENANTS and (path.parent.parent / FEEDS).is_dir()


def load_further_feeds(path: Path, registry: Path) -> YamlFile | None:
    """The registry's feeds of the tenant of this file; None when it has none.

    Raises:
        yaml.YAMLError, OSError, UnicodeDecodeError: The snapshot is broken, or empty.
    """
    source = registry / FEEDS / path.name
    if not os.path.lexists(source):
        return None
    found = load_yaml(source)
    if not isinstance(found.data, dict):
        raise YamlFault("is empty or not a mapping: the console's feeds are left out", 1)
    return found


def add_feeds(file: YamlFile, further: Mapping[str, Any]) -> YamlFile:
    """The document with the feeds it does not have itself."""
    own = file.data.get("feeds") or {}
    if not further or not isinstance(own, dict):
        return file
    return replace(file, data={**file.data, "feeds": {**further, **own}})


def choose_usable(path: Path, registry: Path, load: Callable[[Mapping[str, Any]], Found]) -> Found:
    """The tenant with every feed of the registry that can be used; the others become notices."""
    try:
        file = load_further_feeds(path, registry)
    except (yaml.YAMLError, OSError, UnicodeDecodeError) as error:
        tenant, problems = load({})
        line = problem_line(error) if isinstance(error, yaml.YAMLError) else None
        return _note(
            tenant, problems, {}, [Problem(registry / FEEDS / path.name, line, str(error))]
        )
    if file is None:
        return load({})
    own = load({})
    tenant, problems = own
    if tenant is None or problems:
        return own
    further = {name: block for name, block in file.data.items() if name not in tenant.spec.feeds}
    whole = load(further)
    if whole[0] is not None and not whole[1]:
        return _note(*whole, further, [])
    return _choose_one_by_one(own, file, further, load)


def _choose_one_by_one(
    found: Found, file: YamlFile, further: Mapping[str, Any], load: Callable[[Any], Found]
) -> Found:
    kept: dict[str, Any] = {}
    notices: list[Problem] = []
    for name, block in further.items():
        tried, problems = load({**kept, name: block})
        if tried is not None and not problems:
            kept[name], found = block, (tried, problems)
            continue
        said = " ".join(problem.message for problem in problems[:3])
        message = f"feed `{name}` of the console is left out: {said}"
        notices.append(Problem(file.path, file.line((name,)), message))
    return _note(*found, kept, notices)


def _note(
    tenant: Tenant | None, problems: list[Problem], kept: Mapping[str, Any], more: list[Problem]
) -> Found:
    if tenant is not None:
        # Its feeds point at it: it is completed, not copied.
        object.__setattr__(tenant, "registered", frozenset(kept))
        object.__setattr__(tenant, "notices", (*tenant.notices, *more))
    return tenant, problems


def dump(document: Any) -> str:
    """YAML as people write it: order kept, texts that look like something else in quotes."""
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=100)


def run_write_snapshot(
    registry: Path, tenants: Mapping[str, Mapping[str, Any]], feeds: Mapping[str, Mapping[str, Any]]
) -> bool:
    """Bring the folder to what is given; a file whose text stays is not touched.

    Args:
        tenants: Tenant -> its settings, without feeds.
        feeds: Tenant -> feed -> its block.

    Returns:
        Whether anything changed.
    """
    changed = [
        _write_folder(
            registry / TENANTS, {n: dump({"tenant": n, **s}) for n, s in tenants.items()}
        ),
        _write_folder(registry / FEEDS, {n: dump(f) for n, f in feeds.items() if f}),
    ]
    return any(changed)


def _write_folder(folder: Path, texts: Mapping[str, str]) -> bool:
    folder.mkdir(parents=True, exist_ok=True)
    changed = False
    for name, text in texts.items():
        path = folder / f"{name}{TENANT_SUFFIX}"
        if path.is_file() and path.read_text(encoding="utf-8") == text:
            continue
        draft = path.with_name(f".{path.name}.tmp")
        draft.write_text(text, encoding="utf-8")
        draft.replace(path)
        changed = True
    for gone in _find_gone(folder, texts):
        gone.unlink(missing_ok=True)
        changed = True
    return changed


def _find_gone(folder: Path, texts: Iterable[str]) -> list[Path]:
    wanted = {f"{name}{TENANT_SUFFIX}" for name in texts}
    return [path for path in find_tenant_files(folder) if path.name not in wanted]
