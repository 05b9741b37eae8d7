"""The vendors' own machine-readable specs, kept outside the repository for their licences."""

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest

NO_SPECS = "no vendor specs; set VENDOR_SPECS to a folder that holds them"
ROOT = Path(__file__).resolve().parents[2]


@cache
def specs_folder() -> Path | None:
    """`VENDOR_SPECS`, else shared/specs beside the repository; None when there is none."""
    named = os.environ.get("VENDOR_SPECS")
    folder = Path(named) if named else ROOT.parent / "shared" / "specs"
    return folder if folder.is_dir() else None


def list_specs() -> list[str]:
    """Names of all specs; skips the test, visibly, where there are none."""
    return sorted(path.name for path in _folder().iterdir())


def load_spec(name: str) -> str:
    """Text of one spec; skips the test, visibly, where there are none."""
    return (_folder() / name).read_text()


@cache
def load_json_spec(name: str) -> Any:
    return json.loads(load_spec(name))


def _folder() -> Path:
    folder = specs_folder()
    if folder is None:
        pytest.skip(NO_SPECS)
    return folder
