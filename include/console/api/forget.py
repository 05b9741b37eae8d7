"""Erase a person from all a tenant has stored: an administrator's, after a look at what goes.

Neither the audit log nor the answer repeats an address or a number: they would be what is left.
"""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field, StringConstraints

from include.config.models import Tenant
from include.console.answers import Refusal
from include.console.api.models import NO_NUL
from include.console.api.repeatable import RepeatableRoute
from include.console.api.routes import Asking
from include.console.api.setup import REFUSALS
from include.console.api.setup_models import Strict
from include.console.visitor import Visitor
from include.core.errors import ConfigError, WarehouseRejected
from include.ledger.audit import run_record_audit
from include.pipeline.forget.files import NOT_LOOKED_AT, find_folders, find_named_files
from include.pipeline.forget.person import Person, find_person
from include.pipeline.forget.run import ForgetReport, run_forget
from include.pipeline.load_environment import LoadEnvironment

router = APIRouter(prefix="/api/v1", route_class=RepeatableRoute, responses=REFUSALS)
Word = Annotated[str, StringConstraints(max_length=320, pattern=NO_NUL)]


class ForgetIn(Strict):
    """Whom, and whether it is meant."""

    emails: list[Word] = Field([], max_length=50)
    phones: list[Word] = Field([], max_length=50)
    dry_run: bool = Field(True, description="Do all of it and take it back.")
    confirm: str = Field("", max_length=100, description="The tenant's id, unless it is a dry run.")


class ForgetOut(BaseModel):
    """What changed, or would; and what an erasure does not reach."""

    dry_run: bool
    changed: dict[str, int] = Field(description="Table -> rows.")
    deleted: dict[str, int] = Field(description="Table -> rows.")
    keys: int = Field(description="Keys sources know the person by.")
    tables_searched: int
    columns_searched: int
    names_left: dict[str, int] = Field(description="Column -> texts with a full name of theirs.")
    files: list[str] = Field(description="Files that name them: mend or delete these yourself.")
    files_unread: list[str]
    folders: list[str]
    not_looked_at: str


@router.post("/tenants/{tenant}/forget")
def forget_person(visitor: Asking, tenant: str, body: ForgetIn) -> ForgetOut:
    """Erase a person by addresses and numbers; a dry run unless it says otherwise. From then on no
    load brings them back. It may take minutes; asked again, it finds nothing left to do."""
    owner = visitor.act(tenant)
    visitor.administer()
    if not body.dry_run and body.confirm != tenant:
        words = ("An erasure cannot be undone.", "Send the tenant's id as `confirm`.")
        raise Refusal(422, "not_confirmed", *words)
    doors = visitor.fleet.doors
    warehouse = replace(visitor.lend_warehouse(owner), salt=doors.fetch_salt(owner))
    environment = LoadEnvironment(
        warehouse, doors.fetch_credentials, fetch_rows_login=doors.fetch_rows_login
    )
    _audit(visitor, owner, "person.forget_begin", {"dry_run": body.dry_run})
    try:
        person = find_person(owner, body.emails, body.phones, warehouse.salt)
        report = run_forget(
            owner,
            person,
            warehouse,
            dry_run=body.dry_run,
            destination=environment.rows_of(owner),
        )
    except ConfigError as error:
        # Its words repeat what was typed, to whoever typed it.
        raise Refusal(422, "invalid", error.message, "Correct it.") from None
    except WarehouseRejected as error:
        raise Refusal(409, "still_there", error.message, "Nothing was changed.") from None
    about: dict[str, object] = {
        "dry_run": body.dry_run,
        "addresses": len(person.emails),
        "numbers": len(person.phones),
        "changed": report.touched.total(),
        "deleted": report.deleted.total(),
    }
    _audit(visitor, owner, "person.forget", about)
    return _show(owner, person, report, dry_run=body.dry_run)


def _show(owner: Tenant, person: Person, report: ForgetReport, *, dry_run: bool) -> ForgetOut:
    files = find_named_files(owner, person)
    tables, columns = report.searched
    return ForgetOut(
        dry_run=dry_run,
        changed=dict(sorted(report.touched.items())),
        deleted=dict(sorted(report.deleted.items())),
        keys=report.keys,
        tables_searched=tables,
        columns_searched=columns,
        names_left=dict(sorted(report.names_left.items())),
        files=files.holding,
        files_unread=files.unread,
        folders=find_folders(owner),
        not_looked_at=NOT_LOOKED_AT,
    )


def _audit(visitor: Visitor, owner: Tenant, what: str, about: dict[str, object]) -> None:
    with visitor.open_warehouse(owner).connect() as connection:
        run_record_audit(connection, visitor.person.name, owner.id, what, about)
