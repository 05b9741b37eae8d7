"""What the console made, as files and back; drivers are imported with this module only."""

import getpass
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from include.commands.frame.connect import load_warehouse_url
from include.commands.screen.output import complain, say, say_json
from include.ledger import ddl
from include.ledger.connection import Connection, Warehouse
from include.ledger.stores.registry import Change, fetch_newest
from include.pipeline.registry import (
    build_export,
    build_held,
    load_document,
    run_change,
    run_sync,
)


@contextmanager
def connecting() -> Iterator[Connection]:
    """A transaction on the warehouse the registry is in."""
    with Warehouse(load_warehouse_url()).connect() as connection:
        ddl.run_migrations(connection)
        yield connection


def run_export(tenant: str | None, to: Path | None, *, as_json: bool) -> int:
    """To a folder, one file a tenant, or to the screen."""
    with connecting() as connection:
        held = build_held(fetch_newest(connection, tenant))
    names = sorted({*held.tenants, *(name for name, found in held.feeds.items() if found)})
    texts = {name: build_export(held, name) for name in names}
    if to is not None:
        to.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            (to / f"{name}.yaml").write_text(text, encoding="utf-8")
    if as_json:
        say_json({"tenants": texts})
    elif not texts:
        complain("nothing was made in the console")
    else:
        say("\n".join(str(to / f"{n}.yaml") if to else t.rstrip() for n, t in texts.items()))
    return 0


def run_import(file: Path, why: str, *, as_json: bool) -> int:
    """A file's tenant and feeds as versions, all or none; what is there already is none.

    Raises:
        ConfigError: The file or something in it is wrong; nothing was written.
    """
    document = load_document(file)
    tenant = str(document.pop("tenant", file.stem))
    feeds = document.pop("feeds", None) or {}
    wanted = {**({"": document} if document else {}), **feeds}
    who, written = f"{getpass.getuser()} (elt)", 0
    with connecting() as connection:
        known = {one.feed: one for one in fetch_newest(connection, tenant)}
        for feed, spec in wanted.items():
            before = known.get(feed)
            if before and before.spec == json.loads(json.dumps(spec, default=str)):
                continue
            after = before.version if before else 0
            run_change(connection, Change(tenant, feed, spec, after, who, why))
            written += 1
    with connecting() as connection:
        run_sync(connection)
    if as_json:
        say_json({"tenant": tenant, "changed": written, "of": len(wanted)})
    else:
        say(f"{written} of {len(wanted)} changed" if written else "nothing has changed")
    return 0


def run_sync_here(*, as_json: bool) -> int:
    """The snapshot that DAG files read, on this machine."""
    with connecting() as connection:
        changed = run_sync(connection)
    if as_json:
        say_json({"changed": changed})
    else:
        say("the snapshot was written" if changed else "the snapshot is up to date")
    return 0
