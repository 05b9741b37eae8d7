"""A tenant's decisions about records, checked apart from the rest of its file.

A slip in one of them must neither stop the tenant's feeds nor undo the decisions that held until
yesterday: the list counts as a whole or not at all, and what it held before stays in force.
"""

from pydantic import ValidationError

from include.config.explain import find_faults
from include.config.models import Problem, TenantFile
from include.config.tenant.categories import load_categories
from include.config.tenant.identity import CategoryName, Override
from include.config.yaml_file import Loc, YamlFile

PLACE: Loc = ("identity", "overrides")
KEPT = "Until it is mended, the decisions of the last good list stay in force."


def resolve_decisions(
    spec: TenantFile, file: YamlFile
) -> tuple[tuple[Override, ...] | None, tuple[CategoryName, ...] | None, list[Problem]]:
    """What a person decided of records and of categories, each None where it is broken."""
    overrides, problems = resolve_overrides(spec, file)
    categories, slips = load_categories(file.path)
    return overrides, categories, problems + slips


def resolve_overrides(
    spec: TenantFile, file: YamlFile
) -> tuple[tuple[Override, ...] | None, list[Problem]]:
    """The decisions, or None with every problem of the list, each with its line."""
    written = spec.identity.overrides
    if not isinstance(written, list | tuple):
        message = f"`identity.overrides` is no list. Expected one decision a line with `-`. {KEPT}"
        return None, [Problem(file.path, file.line(PLACE), message)]
    found: list[Override] = []
    problems: list[Problem] = []
    for index, one in enumerate(written):
        try:
            found.append(Override.model_validate(one))
        except ValidationError as error:
            for loc, message in find_faults(error, Override):
                line = file.line((*PLACE, index, *loc))
                said = f"identity.overrides, decision {index + 1}: {message} {KEPT}"
                problems.append(Problem(file.path, line, said))
    return (None if problems else tuple(found)), problems
