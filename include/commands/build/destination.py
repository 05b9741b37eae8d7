"""`destination grants`: what a warehouse's administrator runs for a tenant, once."""

import json
from dataclasses import dataclass

from include.commands.frame.arguments import Json, TenantName
from include.commands.frame.choose import choose_tenant
from include.commands.frame.declare import Action, Group
from include.commands.screen.output import say, say_json
from include.config.credentials import Credentials, load_credentials_from_env
from include.config.load import load_platform


@dataclass(frozen=True)
class Arguments:
    tenant: TenantName
    json: Json = False


def _grants(arguments: Arguments) -> int:
    from include.destinations.grants import build_grants

    tenant = choose_tenant(load_platform(), arguments.tenant)
    spec = tenant.spec.destination
    fields = {}
    if spec.kind != "postgres":
        fields = _read_fields(load_credentials_from_env(spec.connection, required=False))
    lines = build_grants(tenant, fields)
    if arguments.json:
        say_json({"kind": spec.kind, "statements": lines})
    elif lines:
        for line in lines:
            say(line)
    else:
        say(f"{tenant.id}: rows are beside the books; its role is made with its first load")
    return 0


def _read_fields(credentials: Credentials) -> dict[str, str]:
    """Names alone, of which none is secret."""
    fields = dict(credentials.fields)
    try:
        key = json.loads(fields.get("keyfile_dict", "{}"))
    except ValueError:
        key = {}
    wanted = ("project", "location", "database", "warehouse", "role", "login")
    found = {name: fields[name] for name in wanted if fields.get(name)}
    if isinstance(key, dict) and key.get("client_email"):
        found["client_email"] = str(key["client_email"])
    return found


COMMAND = Group(
    "The warehouse a tenant's rows go to.",
    {
        "grants": Action(
            _grants,
            Arguments,
            "Print what an administrator runs once, so that the tenant's login can do its work and "
            "nothing else.\n\nNames come from its connection where that is set. Run it again after "
            "a feed of a new connector: on BigQuery each has a dataset of its own.",
            ("elt destination grants --tenant acme",),
        ),
    },
)
