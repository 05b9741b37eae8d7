"""A DAG file per tenant: laid out from the names of their files, never committed.

Each is parsed in a process of its own, so a tenant's time, failure and change are its own. What it
holds depends on its tenant's name alone: the file is written once, and a task finds it without
reading anybody's configuration.
"""

import os
import re
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from zlib import crc32

from include.config.tenant.registered import TENANTS, find_sources

FOLDER = "tenants"
SETTLED_S = 2
NOWHERE = Path(os.devnull)
_NOTE = "laid_out"
_PLAIN = re.compile(r"[a-z][a-z0-9_]{0,60}\.yaml")
_TEXT = '''"""Airflow DAGs of the tenant file {shown}. Written by the platform: edit that file."""

from airflow.sdk import get_parsing_context

from include.orchestration.dag_builders.tenant import build_tenant_dags

wanted = get_parsing_context().dag_id  # set when a task runs: build only its DAG

globals().update(build_tenant_dags({name}, wanted))
'''


def name_loader(file_name: str) -> str:
    """The DAG file of a tenant's file; another for each, also where a disk ignores case."""
    if _PLAIN.fullmatch(file_name):
        return f"{file_name.removesuffix('.yaml')}.py"
    return f"odd-{sha256(os.fsencode(file_name)).hexdigest()[:16]}.py"


def build_loader(file_name: str) -> str:
    """Its text. Names of any bytes: they stand in it escaped, and never as code."""
    shown = ascii(file_name).replace('"', "'").replace("\\", "/")
    return _TEXT.format(shown=f"`{shown[1:-1]}`", name=ascii(file_name))


def is_in_share(file_name: str, share: tuple[int, int]) -> bool:
    """Whether a tenant belongs to one of several parts of a fleet: by its name, for good."""
    which, of = share
    return crc32(os.fsencode(file_name)) % of == which


def run_lay_out(
    tenants: Path,
    target: Path,
    *,
    share: tuple[int, int] = (0, 1),
    prune: bool = True,
    rewrite: bool = True,
    registry: Path = NOWHERE,
) -> dict[str, Path]:
    """Write what is missing below `target`, and drop who has gone.

    Safe beside others doing the same: each file appears whole or not at all.

    Args:
        share: (which, of how many) parts of the fleet.
        prune: False for a worker, which must not take away what the DAG processor lists.
        rewrite: Read those that are there as well: another version of the code wrote them.
        registry: Folder of what was made in the console.

    Returns:
        Tenant file's name -> its DAG file.

    Raises:
        FileNotFoundError: There is no folder of tenants; nothing is dropped then.
    """
    if not tenants.is_dir():
        raise FileNotFoundError(f"no folder of tenant files `{tenants}`")
    folder = target / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    sources = find_sources(tenants, registry)
    names = [path.name for path in sources if is_in_share(path.name, share)]
    loaders = {name: folder / name_loader(name) for name in names}
    present = {entry.name for entry in os.scandir(folder)}
    for name, path in loaders.items():
        text = build_loader(name)
        if path.name not in present or (rewrite and path.read_text() != text):
            _write(path, text)
    if prune:
        _drop(folder, present - {path.name for path in loaders.values()})
    return loaders


def is_laid_out(tenants: Path, target: Path, registry: Path = NOWHERE) -> bool:
    """Whether the folders are as they were noted: ten thousand names need no listing then."""
    try:
        return (target / _NOTE).read_text() == _times(tenants, target, registry)
    except OSError:
        return False


def run_note_laid_out(tenants: Path, target: Path, began: float, registry: Path = NOWHERE) -> None:
    """Remember the folders' times, unless one changed so late that the listing may have missed it.

    Args:
        began: When the listing began, in seconds of the epoch.
    """
    times = _times(tenants, target, registry)
    newest = max(int(part) for part in times.split()) / 1e9
    if began - newest > SETTLED_S:
        draft = target / f"{_NOTE}.{os.getpid()}"
        draft.write_text(times)
        draft.replace(target / _NOTE)


def _times(tenants: Path, target: Path, registry: Path) -> str:
    """A folder's time changes whenever a name in it comes or goes."""
    made = registry / TENANTS
    folders = (tenants, target / FOLDER, *([made] if made.is_dir() else []))
    return " ".join(str(folder.stat().st_mtime_ns) for folder in folders)


def _write(path: Path, text: str) -> None:
    draft = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    draft.write_text(text, encoding="ascii")
    draft.replace(path)


def _drop(folder: Path, names: Iterable[str]) -> None:
    for name in names:
        if name.endswith(".py"):
            (folder / name).unlink(missing_ok=True)
