"""Arguments that many commands share, with their help and what a shell may complete."""

from typing import Annotated

import typer

from include.commands.frame.complete import complete_connector, complete_feed, complete_tenant

_TENANT = typer.Option(
    "--tenant", metavar="TENANT", help="The tenant's id.", autocompletion=complete_tenant
)
_FEED = {"metavar": "FEED", "autocompletion": complete_feed}

TenantName = Annotated[str, _TENANT]
AnyTenant = Annotated[
    str | None,
    typer.Option(
        "--tenant",
        metavar="TENANT",
        help="Only this tenant; default all.",
        autocompletion=complete_tenant,
    ),
]
FeedName = Annotated[str, typer.Option("--feed", help="The feed's name.", **_FEED)]
AnyFeed = Annotated[
    str | None, typer.Option("--feed", help="Only this feed; default all enabled ones.", **_FEED)
]
AnyStream = Annotated[
    str | None, typer.Option("--stream", metavar="STREAM", help="Only this stream.")
]
ConnectorName = Annotated[
    str,
    typer.Argument(
        metavar="CONNECTOR", help="The connector's name.", autocompletion=complete_connector
    ),
]
Json = Annotated[bool, typer.Option("--json", help="One JSON document on stdout, nothing else.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
WHEN = "2026-10-01 or 2026-10-01T06:00:00Z, UTC"
