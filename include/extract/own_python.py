"""Finds a connector's own Python: hooks.py (record -> record) and source.py."""

import importlib
import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from include.config.settings import ROOT, load_settings

Hook = Callable[[dict[str, Any]], dict[str, Any] | None]
_OWN_FOLDER = ROOT / "include" / "connectors"


def load_hook(connector: str, stream: str) -> Hook | None:
    """`prepare_<stream>` of the connector's hooks.py; it may return None to leave a record out."""
    module = load_connector_module(connector, "hooks")
    found: Hook | None = getattr(module, f"prepare_{stream}", None) if module else None
    return found


def load_connector_module(connector: str, stem: str) -> ModuleType | None:
    """`<connectors folder>/<connector>/<stem>.py` as a module, None when there is no such file."""
    folder = load_settings().connectors_dir
    path = folder / connector / f"{stem}.py"
    if not path.is_file():
        return None
    name = f"include.connectors.{connector}.{stem}"
    if folder.resolve() == _OWN_FOLDER:
        return importlib.import_module(name)
    return _import_file(f"{name}@{folder}", path)


def _import_file(name: str, path: Path) -> ModuleType:
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"cannot import {path}")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module
