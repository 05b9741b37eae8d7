"""Which files of this machine a tenant's file may name: those below the tenant's own folder.

`<root>/<tenant>` for each root of `ELT_FILES_ROOT` (default `data`), and what `ELT_FILES_SHARED`
gives to everybody. Links are followed before the answer: where a path leads is what counts.
"""

import os
from collections.abc import Iterator
from pathlib import Path

from include.config.settings import Settings, load_settings
from include.config.walls.plain_files import follow_links
from include.core.errors import ConfigError

_FILE_URL = "file://"


def find_path_fault(text: str, tenant: str) -> str | None:
    """Why a tenant's file may not name this path, as far as its words say; None when it may."""
    path = Path(text.removeprefix(_FILE_URL))
    settings = load_settings()
    if "\0" in text or ".." in path.parts:
        return f"the path `{text}` leads upwards. {_expected(tenant, settings)}"
    if path.is_absolute() and not _is_below(Path(os.path.normpath(path)), tenant, settings):
        return f"the path `{text}` is outside. {_expected(tenant, settings)}"
    return None


def resolve_own_path(text: str, tenant: str) -> Path:
    """The file or folder a tenant's file names, every link on its way followed.

    A relative path starts in the tenant's own folder; one from the repository root or through
    `.local` (the state folder) is understood too when it leads there.

    Raises:
        ConfigError: If it leads out of the tenant's own folder, or there is nothing.
    """
    settings = load_settings()
    fault = find_path_fault(text, tenant)
    if fault:
        message = f"{fault} Correct the tenant file."
        raise ConfigError(message)
    is_outside = False
    for candidate in _candidates(Path(text.removeprefix(_FILE_URL)), tenant, settings):
        try:
            real = follow_links(candidate)
        except OSError:
            is_outside = True
            continue
        if not real.exists():
            continue
        if _is_below(real, tenant, settings):
            return real
        is_outside = True
    if is_outside:
        raise ConfigError(
            f"the path `{text}` leads outside. {_expected(tenant, settings)} "
            "Correct the tenant file."
        )
    raise ConfigError(
        f"the path `{text}` does not exist. {_expected(tenant, settings)} Create it, or correct "
        "the tenant file."
    )


def _candidates(path: Path, tenant: str, settings: Settings) -> Iterator[Path]:
    if path.is_absolute():
        yield path
        return
    if path.parts and path.parts[0] == ".local":
        yield settings.state_dir.joinpath(*path.parts[1:])
    for root in settings.files_roots:
        yield root / tenant / path
    yield settings.root / path


def _is_below(path: Path, tenant: str, settings: Settings) -> bool:
    allowed = [*(root / tenant for root in settings.files_roots), *settings.files_shared]
    return any(
        path.is_relative_to(folder) or path.is_relative_to(folder.resolve()) for folder in allowed
    )


def _expected(tenant: str, settings: Settings) -> str:
    root = settings.files_roots[0] if settings.files_roots else Path("data")
    shown = root.relative_to(settings.root) if root.is_relative_to(settings.root) else root
    return f"Expected a path below `{shown / tenant}` (settings ELT_FILES_ROOT, ELT_FILES_SHARED)."
