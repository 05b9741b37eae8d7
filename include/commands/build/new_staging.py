"""`new-staging`: dbt staging from declared or discovered streams, edited files kept."""

from dataclasses import dataclass
from typing import Annotated

import typer

from include.commands.frame.arguments import ConnectorName, Json
from include.commands.frame.choose import choose_connector, choose_tenant
from include.commands.frame.complete import complete_tenant
from include.commands.frame.declare import Action
from include.commands.screen.written import say_written
from include.config.connector_spec import Connector, Stream
from include.config.declared_api import declares_api
from include.config.load import load_platform
from include.config.models import Feed, Platform
from include.config.settings import Settings, load_settings
from include.config.tenant.concepts.known import load_concepts
from include.core.errors import ConfigError
from include.scaffold.files import NewFile, run_write
from include.scaffold.staging import build_own_staging_files, build_staging_files


@dataclass(frozen=True)
class Arguments:
    name: ConnectorName
    tenant: Annotated[
        str | None,
        typer.Option(
            "--tenant",
            metavar="TENANT",
            help="Whose feeds define the streams (rest, sql, files and their like).",
            autocompletion=complete_tenant,
        ),
    ] = None
    force: Annotated[bool, typer.Option("--force", help="Overwrite edited files, too.")] = False
    json: Json = False


def run(arguments: Arguments) -> int:
    settings = load_settings()
    platform = load_platform(settings)
    connector = choose_connector(platform.connectors, arguments.name)
    if connector.streams_from_feed:
        files = _build_own(connector, arguments.tenant, platform, settings)
    else:
        folder = settings.dbt_project_dir / "models" / "staging" / arguments.name
        files = build_staging_files(connector, folder, load_concepts(settings.dbt_project_dir))
    say_written(run_write(files, force=arguments.force), settings.root)
    return 0


def _build_own(
    connector: Connector, tenant_id: str | None, platform: Platform, settings: Settings
) -> list[NewFile]:
    """Staging of what one tenant's feeds of this connector define."""
    name = connector.connector
    if tenant_id is None:
        users = sorted({f.tenant.id for f in platform.feeds if f.connector.connector == name})
        raise ConfigError(
            f"streams of `{name}` are defined by each tenant's feeds. Expected `--tenant`. "
            f"Tenants with such a feed: {', '.join(users) or 'none'}."
        )
    tenant = choose_tenant(platform, tenant_id)
    streams: dict[str, Stream] = {}
    for feed in tenant.feeds:
        if feed.connector.connector == name:
            streams |= _find_streams(feed)
    if not streams:
        raise ConfigError(
            f"tenant `{tenant_id}` has no stream of `{name}`. Expected a feed with some. "
            "Add one to its file, or look whether its source has any."
        )
    folder = settings.dbt_project_dir / "models" / "staging" / name / tenant_id
    return build_own_staging_files(connector, tenant_id, streams, folder)


def _find_streams(feed: Feed) -> dict[str, Stream]:
    """Declared streams; where the source decides, it is asked."""
    if declares_api(feed.connector):
        return feed.streams
    # Drivers and readers are imported here: `new-staging --help` must not pay for them.
    from include.commands.frame.connect import load_credentials
    from include.extract.choose_source import build_source

    return build_source(feed, load_credentials(feed)).discover()


COMMAND = Action(
    run,
    Arguments,
    "Generate dbt staging from declared or discovered streams. Edited files are kept.",
    ("elt new-staging my_crm", "elt new-staging files --tenant acme"),
)
