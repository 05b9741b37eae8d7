"""What the repository ships, read once for all test files of a process."""

from functools import cache

from include.config.connector_spec import Connector
from include.config.load import load_connectors, load_platform
from include.config.models import Platform
from include.config.settings import load_settings


@cache
def load_known_connectors() -> dict[str, Connector]:
    """Every sound connector on disk by name: they are frozen, and reading them takes 0.2 s."""
    return load_connectors(load_settings().connectors_dir)[0]


@cache
def load_demo_platform() -> Platform:
    """The demo's tenants on those connectors, frozen too."""
    return load_platform()
