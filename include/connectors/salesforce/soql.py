"""What is asked for, and what an answer's values mean: SOQL text and the describe's types.

Records of REST (JSON) and of bulk results (CSV, all text) become the same values here, so that
changing the way of reading changes no row.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from include.config.connector_spec import Stream
from include.core.errors import AccessDenied, ContractBroken
from include.core.streams import Window

# Compound fields come as their parts; bodies of files are not rows.
NOT_READ = frozenset({"address", "location", "base64", "complexvalue"})
NUMBERS = frozenset({"double", "currency", "percent", "int", "long"})
# An org's own fields and a package's: `__c`, person accounts' `__pc`, parts of a location `__s`.
OWN_MARK = "__"


@dataclass(frozen=True)
class Further:
    """Which undeclared fields are asked for besides the declared ones; they go to `_extra`."""

    standard: bool = True
    custom: bool = True

    def covers(self, field: str) -> bool:
        return self.custom if OWN_MARK in field else self.standard


@dataclass(frozen=True)
class Selection:
    """The fields to ask one object for.

    Attributes:
        fields: API name -> type as the org describes it.
        missing: Declared fields the org does not show: absent, or hidden by field-level security.
        declared: The columns' fields; of the others only values are kept, no nulls.
        further: Which others were wanted.
    """

    object_name: str
    fields: Mapping[str, str]
    missing: tuple[str, ...]
    declared: frozenset[str] = frozenset()
    further: Further = Further()

    def only_declared(self) -> "Selection":
        """Without the fields nobody declared."""
        fields = {name: kind for name, kind in self.fields.items() if name in self.declared}
        return replace(self, fields=fields)


def build_selection(stream: Stream, described: Any, further: Further = Further()) -> Selection:
    """Declared fields the org shows, then every other one by name: nothing of a record vanishes.

    Raises:
        AccessDenied: If the object may not be queried, or a key or the cursor is hidden.
        ContractBroken: If the describe has no fields.
    """
    name = stream.path or ""
    fields = described.get("fields") if isinstance(described, dict) else None
    if not isinstance(fields, list) or not fields:
        raise ContractBroken(
            f"the describe of `{name}` has no fields. Expected a list. Check the API version."
        )
    shown = {str(f["name"]): f for f in fields if _is_readable(f)}
    declared = [column.path or key for key, column in stream.columns.items()]
    _require_needed(stream, shown, described)
    others = sorted(f for f in shown if f not in declared and further.covers(f))
    wanted = [*(f for f in declared if f in shown), *others]
    kinds = {f: str(shown[f].get("type")) for f in wanted}
    missing = tuple(field for field in declared if field not in shown)
    return Selection(name, kinds, missing, frozenset(declared), further)


def _is_readable(field: Mapping[str, Any]) -> bool:
    return field.get("type") not in NOT_READ and not field.get("deprecatedAndHidden")


def _require_needed(stream: Stream, shown: Mapping[str, Any], described: Mapping[str, Any]) -> None:
    needed = [stream.columns[key].path or key for key in stream.primary_key]
    if stream.cursor:
        needed.append(stream.columns[stream.cursor.field].path or stream.cursor.field)
    hidden = [field for field in needed if field not in shown]
    unfiltered = [f for f in needed if f in shown and not shown[f].get("filterable", True)]
    if hidden or unfiltered or described.get("queryable") is False:
        raise AccessDenied(
            f"`{stream.path}` cannot be read: `{', '.join(hidden + unfiltered) or 'queryable'}` is "
            "hidden or not filterable for the run-as user. Expected API access. Grant View All on "
            "it."
        )


def build_soql(selection: Selection, cursor_field: str | None, window: Window) -> str:
    """The query of a window; bounds have whole seconds and are rounded outwards.

    No ORDER BY: pages are followed by locator, and bulk results do not keep an order anyway.
    """
    # Names come from the describe and connector.yaml, and SOQL only reads.
    text = f"SELECT {', '.join(selection.fields)} FROM {selection.object_name}"  # noqa: S608
    return text + _where(cursor_field, window) if cursor_field else text


def build_count_soql(object_name: str, cursor_field: str, window: Window) -> str:
    """The query that counts a window's records."""
    return f"SELECT COUNT() FROM {object_name}{_where(cursor_field, window)}"  # noqa: S608 as above


def _where(cursor_field: str, window: Window) -> str:
    bounds = []
    if window.start:
        bounds.append(f"{cursor_field} >= {build_literal(window.start)}")
    if window.end:
        end = window.end
        whole = end if not end.microsecond else end + timedelta(seconds=1)
        bounds.append(f"{cursor_field} < {build_literal(whole)}")
    return f" WHERE {' AND '.join(bounds)}" if bounds else ""


def build_literal(instant: datetime) -> str:
    """An instant as SOQL writes it: unquoted, UTC, cut to whole seconds."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def build_records(rows: Iterable[Mapping[str, Any]], selection: Selection) -> list[dict[str, Any]]:
    """Rows of either API as records with one meaning per type.

    Raises:
        ContractBroken: If a row lacks a selected field (a cut or foreign answer).
    """
    try:
        return [_build_record(row, selection) for row in rows]
    except KeyError as error:
        raise ContractBroken(
            f"a record of `{selection.object_name}` has no field {error}. Expected every selected "
            "field. Read again; if it stays, the org's field-level security changed meanwhile."
        ) from None


def _build_record(row: Mapping[str, Any], selection: Selection) -> dict[str, Any]:
    # An org describes hundreds of fields, most of them empty: `_extra` would hold little else.
    return {
        field: value
        for field, kind in selection.fields.items()
        if (value := build_value(row[field], kind)) is not None or field in selection.declared
    }


def build_value(value: Any, kind: str) -> Any:
    """One value: empty text is null, numbers are exact, instants end with `Z`.

    CSV cannot tell null from empty text, and Salesforce stores no empty text.
    """
    if value is None or value == "":
        return None
    if kind == "boolean":
        return value if isinstance(value, bool) else str(value).lower() == "true"
    if kind == "datetime":
        return f"{str(value)[:-5]}Z" if str(value).endswith("+0000") else value
    return _exact(value) if kind in NUMBERS else value


def _exact(value: Any) -> Any:
    """A whole number as int, else a Decimal; what is no number stays, for the loader to refuse."""
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return value
    return int(number) if number == number.to_integral_value() else number
