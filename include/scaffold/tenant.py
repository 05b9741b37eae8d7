"""A new tenant: one YAML file, with a block per connector wanted."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from include.config.connector_spec import Connector, Option
from include.scaffold.files import NewFile
from include.scaffold.names import build_title, check_new_name
from include.scaffold.template import load_filled


def build_tenant_file(
    name: str,
    connectors: Sequence[Connector],
    *,
    tenants_dir: Path,
    start_date: date,
) -> NewFile:
    """The tenant's file.

    Args:
        connectors: One feed each, named like its connector.
        start_date: First day every feed reads.

    Raises:
        ConfigError: If the name cannot name a tenant.
    """
    check_new_name(name, "tenant")
    feeds = "".join(_feed(name, connector, start_date) for connector in connectors)
    values = {"name": name, "title": build_title(name), "feeds": feeds}
    return NewFile(tenants_dir / f"{name}.yaml", load_filled("tenant.yaml", values))


def _feed(tenant: str, connector: Connector, start_date: date) -> str:
    feed = connector.connector
    lines = [f"  {feed}:", "    schedule: daily", f"    start_date: {start_date}"]
    options = _required(connector.options)
    if options:
        lines.append("    options:")
        lines += [f"      {key}: {_example(key, option, tenant, feed)}" for key, option in options]
    return "\n".join(lines) + "\n"


def _required(options: Mapping[str, Option]) -> list[tuple[str, Option]]:
    return [(name, option) for name, option in sorted(options.items()) if option.required]


def _example(key: str, option: Option, tenant: str, feed: str) -> str:
    """A value of the right type; a folder below the ignored state folder for paths."""
    if key == "path":
        return f".local/uploads/{tenant}/{feed}"
    return {"text": "change-me", "int": "1", "bool": "false", "mapping": "{}", "list": "[]"}[
        option.type
    ]
