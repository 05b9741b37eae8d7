"""Pydantic's errors in the words of a person who edits YAML."""

import difflib
from collections.abc import Iterable
from typing import Any, TypeVar, get_args, get_origin

from pydantic import BaseModel, ValidationError

from include.config.models import Problem
from include.config.yaml_file import Loc, YamlFile

T = TypeVar("T")

# Where a person may have written the secret itself instead of the name of its field.
_NEVER_SHOWN = ("secret",)
# Of one kind in one block; a guess for each of 30,000 took a minute.
MOST_SHOWN = 20


def explain(error: ValidationError, file: YamlFile, model: type[BaseModel]) -> list[Problem]:
    """One problem per pydantic error, with line, valid values and a guess."""
    return [
        Problem(file.path, file.line(loc), message) for loc, message in find_faults(error, model)
    ]


def find_faults(error: ValidationError, model: type[BaseModel]) -> list[tuple[Loc, str]]:
    """The same as (place below the model, sentence), for a model that is part of a file."""
    items, rest = first_few(error.errors(include_url=False))
    found = [(_yaml_loc(item["loc"]), _sentence(item, model)) for item in items]
    return [*found, *(((), said) for said in rest)]


def first_few(faults: Iterable[T]) -> tuple[list[T], list[str]]:
    """Those that are told of, and a sentence on the others, or none of it."""
    found = list(faults)
    left = len(found) - MOST_SHOWN
    return found[:MOST_SHOWN], [f"And {left} more faults of this kind."] if left > 0 else []


def say_faults(error: ValueError, model: type[BaseModel]) -> str:
    """The same in one line, for what lies deep in a file; of the whole without a name."""
    if not isinstance(error, ValidationError):
        return f"{error}."
    faults = find_faults(error, model)
    return " ".join(said if place else said.removeprefix("`file`: ") for place, said in faults)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """` Did you mean `x`?` or an empty string."""
    close = difflib.get_close_matches(word, sorted(known), n=1, cutoff=0.6)
    return f" Did you mean `{close[0]}`?" if close else ""


def _sentence(item: Any, model: type[BaseModel]) -> str:
    loc: Loc = _yaml_loc(item["loc"])
    name = ".".join(str(part) for part in loc) or "file"
    kind = item["type"]
    if kind == "extra_forbidden":
        known = _known_keys(model, loc[:-1])
        guess = did_you_mean(str(loc[-1]), known)
        return f"`{name}` is not a known key.{guess} Known: {', '.join(sorted(known))}."
    if kind == "missing":
        return f"`{name}` is missing. Add it.{_described(model, loc)}"
    if kind == "literal_error":
        value = item["input"]
        expected = item["ctx"]["expected"].replace("'", "`")
        words = [part.strip("`") for part in expected.replace(" or ", ", ").split(", ")]
        return f"`{name}` is `{value}`. Expected {expected}.{did_you_mean(str(value)[:100], words)}"
    message = item["msg"].removeprefix("Value error, ")
    shown = item["input"] if isinstance(item["input"], str | int | float | bool) else None
    if loc and loc[-1] in _NEVER_SHOWN:
        shown = None
    value = f" is `{str(shown)[:100]}`" if shown is not None else ""
    return f"`{name}`{value}: {message[:1].lower()}{message[1:]}.{_described(model, loc)}"


def _yaml_loc(loc: Loc) -> Loc:
    """Pydantic marks an error in a mapping's key by `[key]`; the YAML file has no such level."""
    return tuple(part for part in loc if part != "[key]")


def _described(model: type[BaseModel], loc: Loc) -> str:
    parent = _model_at(model, loc[:-1])
    field = parent.model_fields.get(str(loc[-1])) if parent and loc else None
    return f" ({field.description})" if field and field.description else ""


def _known_keys(model: type[BaseModel], loc: Loc) -> set[str]:
    found = _model_at(model, loc)
    return set(found.model_fields) if found else set()


def _model_at(model: type[BaseModel], loc: Loc) -> type[BaseModel] | None:
    """The model that validates the mapping at `loc`; None when it is not a model."""
    here: Any = model
    for part in loc:
        if isinstance(here, type) and issubclass(here, BaseModel):
            field = here.model_fields.get(str(part))
            here = field.annotation if field else None
        elif get_origin(here) in (dict, tuple, list):
            here = get_args(here)[-1 if get_origin(here) is dict else 0]
        here = _unwrap(here)
    return here if isinstance(here, type) and issubclass(here, BaseModel) else None


def _unwrap(annotation: Any) -> Any:
    """`X | None` to X; anything else as it is."""
    arguments = [a for a in get_args(annotation) if a is not type(None)]
    if get_origin(annotation) not in (dict, tuple, list) and len(arguments) == 1:
        return arguments[0]
    return annotation
