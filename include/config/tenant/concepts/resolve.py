"""The block `concepts` of a feed whose streams are the tenant's own.

    concepts:
      orders:
        from: invoices
        order_id: number
        total_amount: {column: total, minor_units: true}
        order_status: {column: state, values: {settled: paid, open: invoiced}}
        currency_code: {value: EUR}

Names reach SQL only after they matched a pattern here; constants are written as quoted literals by
macro `mapped_value`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from pydantic import TypeAdapter, ValidationError

from include.config.connector_spec import Connector, Stream
from include.config.declared_api import STREAMS_OPTION
from include.config.explain import did_you_mean, find_faults
from include.config.settings import load_settings
from include.config.tenant.concepts.known import KnownConcept, load_known_concepts
from include.config.tenant.concepts.mapping import (
    ColumnForm,
    ColumnName,
    MappedColumn,
    MappedConcept,
)
from include.config.tenant.concepts.needed import find_missing, find_wrong_words
from include.config.yaml_file import Loc, Trouble
from include.core import naming
from include.core.errors import ConfigError

FROM, KEEP = "from", "keep"
_NAME: TypeAdapter[str] = TypeAdapter(ColumnName)
_NUMBERS = frozenset({"amount", "price", "quantity", "rate", "integer", "bigint"})
_JOINED = frozenset({"id", "text"})
_TIMES = frozenset({"date", "timestamp"})
# Declared types of which no row could ever be of these kinds; texts may hold anything.
_NEVER = {
    **dict.fromkeys(_NUMBERS, frozenset({"date", "timestamp", "bool"})),
    **dict.fromkeys(_TIMES, frozenset({"int", "bigint", "numeric", "bool"})),
    "boolean": frozenset({"date", "timestamp", "numeric"}),
}


@dataclass(frozen=True)
class OwnStreams:
    """The streams a mapping may read.

    Attributes:
        names: All there are; None: only the source knows.
        declared: Those with key and children.
        is_whole: Their columns are all there are; elsewhere others are detected beside them.
    """

    names: frozenset[str] | None
    declared: Mapping[str, Stream]
    is_whole: bool

    def columns_of(self, table: str) -> Mapping[str, Any] | None:
        """Columns of a stream or child list; None: only the source knows."""
        stream, _, child = table.partition("__")
        found = self.declared.get(stream)
        if found is None or not self.is_whole:
            return None
        if not child:
            return found.columns
        parents = {naming.parent_key_column(key): None for key in found.primary_key}
        return {**found.children[child].columns, **parents, naming.POSITION: None}


def resolve_concept_maps(
    connector: Connector,
    given: Any,
    streams: Mapping[str, Stream],
    options: Mapping[str, Any],
    currency: str,
    trouble: Trouble,
) -> tuple[MappedConcept, ...]:
    """Every stream that feeds a concept, in the file's order; what is wrong goes to `trouble`.

    Args:
        given: The feed's block `concepts`; one that is no mapping maps nothing.
    """
    if not isinstance(given, dict):
        return ()
    if not connector.streams_from_feed:
        known = ", ".join(sorted(connector.concepts)) or "none"
        message = (
            f"`concepts` is a mapping, and `{connector.connector}` maps its streams itself. "
            f"Expected a list of some of: {known}."
        )
        trouble.append((("concepts",), message))
        return ()
    try:
        concepts = load_known_concepts(load_settings().dbt_project_dir)
    except ConfigError as error:
        trouble.append((("concepts",), error.message))
        return ()
    own = _build_own(connector, streams, options)
    mapped = []
    for name, block in given.items():
        concept = concepts.get(str(name))
        if concept is None:
            guess = did_you_mean(str(name), concepts)
            message = f"no concept `{name}`.{guess} Concepts: {', '.join(sorted(concepts))}."
            trouble.append((("concepts", str(name)), message))
            continue
        for place, one in _blocks(block, ("concepts", concept.name)):
            found = _resolve_block(concept, one, own, currency, place, trouble)
            mapped += [found] if found else []
    return tuple(mapped)


def _build_own(
    connector: Connector, streams: Mapping[str, Stream], options: Mapping[str, Any]
) -> OwnStreams:
    declared = options.get(STREAMS_OPTION)
    # What is neither is told with the option.
    given = declared if isinstance(declared, dict | list | tuple) else ()
    names = frozenset(map(str, given)) | frozenset(streams) if given else None
    return OwnStreams(names, streams, is_whole=connector.kind == "rest")


def _blocks(block: Any, place: Loc) -> Iterator[tuple[Loc, Any]]:
    """A concept's blocks with their place: one, or a list where several streams feed it."""
    if isinstance(block, list):
        yield from (((*place, index), one) for index, one in enumerate(block))
    else:
        yield place, block


def _resolve_block(
    known: KnownConcept, block: Any, own: OwnStreams, currency: str, place: Loc, trouble: Trouble
) -> MappedConcept | None:
    found: Trouble = []
    if not isinstance(block, dict) or FROM not in block:
        message = f"`{known.name}` has no `from`. Expected the stream its rows come from."
        trouble.append((place, message))
        return None
    table = block[FROM]
    if not isinstance(table, str):
        message = f"{known.name}: `from` is no name of a stream. Expected one, in quotes."
        trouble.append(((*place, FROM), message))
        return None
    parent, key = _find_parent(known, table, own, found)
    columns = {}
    for name, form in block.items():
        if name in (FROM, KEEP):
            continue
        try:
            columns[str(name)] = _resolve_column(known, str(name), form, own.columns_of(table))
        except ValueError as error:
            found.append(((str(name),), f"{known.name}: {error}"))
        except KeyError:
            break  # no such stream: said already
    if block.get(KEEP, "latest") != "latest":
        found.append(((KEEP,), f"`keep` is `{block[KEEP]}`. Expected `latest`, or leave it out."))
    if not found:
        missing = find_missing(known, columns, currency)
        found += [((), f"{known.name}: {sentence}") for sentence in missing]
    trouble += [((*place, *loc), message) for loc, message in found]
    return MappedConcept(known.name, str(table), columns, parent, key, block.get(KEEP, ""))


def _find_parent(
    known: KnownConcept, table: Any, own: OwnStreams, trouble: Trouble
) -> tuple[str, tuple[str, ...]]:
    """Parent table and its key of a child list; a stream that cannot be goes to `trouble`."""
    stream, _, child = str(table).partition("__")
    parts = [stream, *([child] if "__" in str(table) else [])]
    is_name = all(re.fullmatch(naming.SNAKE_PATTERN, part) for part in parts)
    if not is_name or len(str(table)) > naming.MAX_IDENTIFIER_BYTES:
        message = f"`{str(table)[:80]}` is no name of a stream."
        message += " Expected small letters, digits and `_`."
        trouble.append(((FROM,), f"{known.name}: {message}"))
        return "", ()
    if own.names is not None and stream not in own.names:
        trouble.append(((FROM,), f"{known.name}: {_explain_unknown(stream, own)}"))
    declared = own.declared.get(stream)
    if not child or declared is None:
        return "", ()
    if child not in declared.children:
        lists = [naming.child_table(stream, one) for one in sorted(declared.children)]
        guess = did_you_mean(str(table), lists)
        message = f"`{stream}` has no list `{child}`.{guess} Lists: {', '.join(lists) or 'none'}."
        trouble.append(((FROM,), f"{known.name}: {message}"))
    return stream, tuple(declared.primary_key)


def _explain_unknown(stream: str, own: OwnStreams) -> str:
    """What a stream that is none could have been: a list may be called without its stream."""
    lists = {
        naming.child_table(name, child): child
        for name, one in own.declared.items()
        for child in one.children
    }
    known = sorted([*(own.names or ()), *lists])
    named = [table for table, child in sorted(lists.items()) if child == stream]
    guess = f" Did you mean `{named[0]}`?" if named else did_you_mean(stream, known)
    return f"no stream `{stream}`.{guess} Streams: {', '.join(known)}."


def _resolve_column(
    known: KnownConcept, name: str, form: Any, columns: Mapping[str, Any] | None
) -> MappedColumn:
    """One column; ValueError with the sentence when it cannot be."""
    kind = known.columns.get(name)
    if kind is None:
        guess = did_you_mean(name, known.columns)
        raise ValueError(f"no column `{name}`.{guess} Columns: {', '.join(known.columns)}.")
    long = _read_form(name, form)
    read = form if isinstance(form, list) else [long.column] if long.column else []
    _check_form(name, kind, long, read)
    for one in read:
        _check_column(name, kind, str(one), columns)
    units = long.minor_units
    if units is True and "currency_code" not in known.columns:
        raise ValueError(
            f"`{name}`: a row of `{known.name}` says no currency. Write which one the cents are "
            "of, `minor_units: EUR`."
        )
    mapped = MappedColumn(
        columns=tuple(map(str, read)),
        value=None if long.value is None else _build_constant(name, kind, long.value),
        minor_units="row" if units is True else units or "",
        is_day=long.is_day,
        prefix=long.prefix,
        values={_word(source): str(ours) for source, ours in long.values.items()},
        codes=known.codes.get(name, ()),
    )
    wrong = find_wrong_words(known, name, mapped)
    if wrong:
        raise ValueError(wrong[0])
    return mapped


def _read_form(name: str, form: Any) -> ColumnForm:
    if isinstance(form, list):
        return ColumnForm()
    if not isinstance(form, str | dict):
        quoted = " YAML reads on, off, yes and no so: quote them." if form in (True, False) else ""
        raise ValueError(
            f"`{name}` is `{form}`.{quoted} Expected a column of the stream, `{{column: ...}}` or "
            "`{value: ...}`."
        )
    try:
        return ColumnForm.model_validate({"column": form} if isinstance(form, str) else form)
    except ValidationError as error:
        _, text = find_faults(error, ColumnForm)[0]
        raise ValueError(f"`{name}`: {text}") from None


def _check_form(name: str, kind: str, long: ColumnForm, read: list[Any]) -> None:
    if bool(read) == (long.value is not None):
        raise ValueError(f"`{name}`: expected a column or a `value`, and not both.")
    if len(read) > 1 and kind not in _JOINED:
        raise ValueError(
            f"`{name}` is {_article(kind)}, which one column holds. Only texts are joined."
        )
    if long.minor_units and kind not in ("amount", "price"):
        raise ValueError(f"`{name}` is {_article(kind)}: `minor_units` belongs to amounts.")
    if long.values and kind != "text":
        raise ValueError(f"`{name}` is {_article(kind)}: `values` belongs to words.")
    if long.is_day and kind not in ("date", "timestamp"):
        raise ValueError(f"`{name}` is {_article(kind)}: `is_day` belongs to days and moments.")
    if long.prefix and kind != "id":
        raise ValueError(f"`{name}` is {_article(kind)}: `prefix` belongs to identifiers.")


def _check_column(name: str, kind: str, column: str, columns: Mapping[str, Any] | None) -> None:
    try:
        _NAME.validate_python(column)
    except ValidationError:
        message = f"`{name}`: `{column[:60]}` is no name of a column as it is loaded."
        raise ValueError(f"{message} Expected small letters, digits and `_`.") from None
    if columns is not None and column not in columns:
        guess = did_you_mean(column, columns)
        raise ValueError(
            f"`{name}`: the stream has no column `{column}`.{guess} Columns: {', '.join(columns)}."
        )
    declared = getattr(columns[column], "type", "") if columns is not None else ""
    if declared == "json":
        raise ValueError(
            f"`{name}`: `{column}` is JSON. Declare a column of the stream with its `path`."
        )
    if declared in _NEVER.get(kind, ()):
        raise ValueError(
            f"`{name}` is {_article(kind)}, and the stream declares `{column}` as `{declared}`: no "
            "row would have a value. Name another column, or declare this one as it is."
        )


def _build_constant(name: str, kind: str, value: Any) -> str:
    """The constant as text its kind can be read from; ValueError when it cannot."""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    fits = len(text) <= 500 and not isinstance(value, dict | list)
    if kind in _NUMBERS:
        try:
            fits = fits and not isinstance(value, bool) and Decimal(text).is_finite()
        except InvalidOperation:
            fits = False
    elif kind == "boolean":
        fits = isinstance(value, bool)
    elif kind in ("date", "timestamp"):
        fits = isinstance(value, date)
    elif name == "currency_code":
        fits = re.fullmatch("[A-Z]{3}", text) is not None
    if not fits:
        is_currency = name == "currency_code"
        shown = "three capital letters, such as `USD`" if is_currency else _article(kind)
        raise ValueError(f"`{name}`: value `{text[:60]}` does not fit. Expected {shown}.")
    return text


def _article(kind: str) -> str:
    return f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}"


def _word(source: Any) -> str:
    """A word of the source as macro `mapped_value` compares it."""
    return (str(source).lower()).strip()
