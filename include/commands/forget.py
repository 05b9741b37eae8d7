"""`forget`: erase a person from everything a tenant has stored, and prove it by a search."""

import argparse
import sys

from include.commands.choose import choose_tenant
from include.commands.output import build_table, say
from include.config.load import load_platform
from include.core.errors import ConfigError, MissingSecret


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--tenant", required=True)
    parser.add_argument("--email", action="append", default=[], help="may be given several times")
    parser.add_argument("--phone", action="append", default=[], help="likewise")
    parser.add_argument(
        "--dry-run", action="store_true", help="say what would change, and take it all back"
    )
    parser.add_argument("--yes", action="store_true", help="do not ask: it cannot be undone")


def run(arguments: argparse.Namespace) -> int:
    from include.commands.connect import load_warehouse
    from include.pipeline.forget.person import build_person
    from include.pipeline.forget.run import run_forget

    tenant = choose_tenant(load_platform(), arguments.tenant)
    warehouse = load_warehouse(tenant)
    if tenant.spec.privacy.needs_salt and not warehouse.salt:
        raise MissingSecret(
            "personal data is hashed, and without its salt nobody can be found in it. Set the "
            "connection the loads use.",
            tenant=tenant.id,
        )
    person = build_person(arguments.email, arguments.phone, warehouse.salt)
    if not arguments.dry_run and not arguments.yes:
        _ask(tenant.id)
    report = run_forget(tenant, person, warehouse, dry_run=arguments.dry_run)
    rows = [(place, count, "changed") for place, count in sorted(report.touched.items())]
    rows += [(place, count, "deleted") for place, count in sorted(report.deleted.items())]
    for line in build_table(("table", "rows", ""), rows):
        say(line)
    tables, columns = report.searched
    say(f"keys their sources know them by: {report.keys}")
    say(f"proof: {tables} tables, {columns} columns searched, 0 hits")
    if arguments.dry_run:
        say("dry run: nothing was changed")
    else:
        say("on the erasure list: what still arrives about them is redacted")
    return 0


def _ask(tenant_id: str) -> None:
    if not sys.stdin.isatty():
        raise ConfigError(
            "an erasure cannot be undone. Expected `--yes` where nobody can be asked. Try it with "
            "`--dry-run` first."
        )
    say(f"This cannot be undone. Type the tenant's id ({tenant_id}) to go on:")
    if sys.stdin.readline().strip() != tenant_id:
        raise ConfigError("not confirmed. Nothing was changed.")
