"""A tenant's checks by parameter, read one by one: a slip in one stops neither feeds nor checks."""

from collections.abc import Sequence

from pydantic import ValidationError

from include.config.blocks.checks import TenantCheck
from include.config.connector_spec import Stream
from include.config.explain import did_you_mean, find_faults
from include.config.models import Feed, Problem, TenantFile
from include.config.yaml_file import Loc, YamlFile
from include.core import naming

LAYERS = ("stg", "int", "mart", "snap")


def resolve_checks(
    spec: TenantFile, feeds: Sequence[Feed], file: YamlFile
) -> tuple[tuple[TenantCheck, ...], list[Problem]]:
    """The usable checks, and every problem of the others with its line."""
    if not isinstance(spec.checks, list | tuple):
        message = "`checks` is no list. Expected one check a line with `-`."
        return (), [Problem(file.path, file.line(("checks",)), message)]
    found: list[TenantCheck] = []
    problems: list[Problem] = []
    for index, written in enumerate(spec.checks):
        place: Loc = ("checks", index)
        said = f"checks, number {index + 1}: "
        try:
            check = TenantCheck.model_validate(written)
        except ValidationError as error:
            problems += [
                Problem(
                    file.path, file.line((*place, *loc)), said + message.removeprefix("`file`: ")
                )
                for loc, message in find_faults(error, TenantCheck)
            ]
            continue
        fault = _find_fault(check, feeds) or _find_twin(check, found)
        if fault:
            problems.append(Problem(file.path, file.line(place), said + fault))
        else:
            found.append(check)
    return tuple(found), problems


def _find_fault(check: TenantCheck, feeds: Sequence[Feed]) -> str | None:
    """Why its table or column cannot be; models of dbt and tables found at the source are not
    known here."""
    if check.needs_column and not check.column:
        return f"`{check.check}` needs `column`."
    owner, table = check.table.split(".")
    feed = {one.name: one for one in feeds}.get(owner)
    if feed is None:
        names = [*sorted(one.name for one in feeds), *LAYERS]
        if owner in LAYERS:
            return None
        return f"`table`: no feed `{owner}`.{did_you_mean(owner, names)} Known: {', '.join(names)}."
    tables = _tables(feed.streams)
    if feed.connector.streams_from_feed and table not in tables:
        return None
    if table not in tables:
        guess = did_you_mean(table, tables)
        return f"`table`: feed `{owner}` loads no `{table}`.{guess}"
    known = tables[table]
    missing = [name for name in check.own_columns if known and name not in known]
    if missing:
        return f"`{table}` has no column `{missing[0]}`.{did_you_mean(missing[0], known)}"
    return None


def _tables(streams: dict[str, Stream]) -> dict[str, set[str]]:
    """Table -> its columns; a child's without those of its parent's key."""
    lineage = {naming.FEED, naming.LOAD_ID, naming.LOADED_AT, naming.DELETED_AT}
    found: dict[str, set[str]] = {}
    for name, stream in streams.items():
        found[name] = {*stream.columns, *lineage}
        for child, declared in stream.children.items():
            keys = {naming.parent_key_column(key) for key in stream.primary_key}
            columns = {*declared.columns, *keys, *lineage, naming.POSITION}
            found[naming.child_table(name, child)] = columns
    return found


def _find_twin(check: TenantCheck, found: Sequence[TenantCheck]) -> str | None:
    if any((one.table, one.title) == (check.table, check.title) for one in found):
        return f"a second check `{check.title}` of `{check.table}`. Give it a `name`."
    return None
