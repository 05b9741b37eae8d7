"""What a connector.yaml may say. Facts only: no expressions, no templates.

A connector is a folder `include/connectors/<name>/` holding connector.yaml and, when needed,
hooks.py (pure functions record -> record) and source.py (its own reader).
"""

import re
from typing import Any, Literal

from pydantic import Field, model_validator

from include.config.blocks.checks import CheckSpec
from include.config.blocks.consent import Consent
from include.config.blocks.paginator import Paginator
from include.config.spec import FurtherFields, ReportRules, Snake, Spec

ColumnType = Literal[
    "text", "int", "bigint", "numeric", "bool", "date", "timestamp", "json", "float", "bytes"
]
MAX_HOURS = 20 * 366 * 24  # a window further back leaves the calendar of some source
Reach = Literal["path", "place", "below", "host", "login", "program", "nothing"]
SourceKind = Literal["rest", "files", "python"]


class Column(Spec):
    """One declared column; the short form `name: bigint` means `{type: bigint}`."""

    type: ColumnType = Field(description="Logical type; see docs/new_connector.md.")
    path: str | None = Field(
        None, description="Dotted path in the record (`customer.id`); the column's name if absent."
    )
    header: tuple[str, ...] = Field(
        (), description="File sources: header spellings, compared without case, first match wins."
    )
    format: str | None = Field(
        None,
        description="How text becomes the type: epoch_s, epoch_ms, a strptime pattern, `zoned` "
        "(ISO with a time zone), or for numbers `1,234.56` or `1.234,56`.",
    )
    pii: bool = Field(False, description="Personal data: hashed or dropped when a tenant says so.")
    detected: bool = Field(
        False,
        description="Type was detected, not declared: a misfit widens the column instead of "
        "quarantining the record.",
    )
    guessed: bool = Field(
        False,
        description="Type was guessed from text: what the type would not write as it stands there "
        "(02134, +49, 1e3, yes) is a misfit.",
    )
    checks: tuple[CheckSpec, ...] = Field(
        (), description="What must be true of its values; see docs/quality.md."
    )

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: Any) -> Any:
        return {"type": value} if isinstance(value, str) else value


class Child(Spec):
    """A list inside a record that becomes a table `<stream>__<child>`, one row per element."""

    path: str = Field(description="Dotted path of the list in the parent record.")
    more_path: str | None = Field(
        None, description="REST: where the record says that the embedded list is only a part."
    )
    url_path: str | None = Field(
        None, description="REST: where the record holds the address of the rest of the list."
    )
    columns: dict[Snake, Column]


class Cursor(Spec):
    """The field that tells which records a window holds."""

    field: Snake = Field(description="Declared column, type timestamp or date.")
    param: str | None = Field(None, description="REST: query parameter of the lower bound.")
    end_param: str | None = Field(None, description="REST: query parameter of the upper bound.")
    format: Literal["iso", "epoch_s", "date"] = Field(
        "iso", description="How the bound is written in the request."
    )
    end_included: bool = Field(
        False, description="Format date: the API counts the day of the upper bound as inside."
    )
    keep_days: int | None = Field(
        None,
        gt=0,
        le=MAX_HOURS // 24,
        description="Days the source keeps. It refuses an older bound, so the asked window begins "
        "no earlier and both bounds are always sent.",
    )
    why: str = Field(description="Why this field can be trusted; quoted in the docs.")

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: Any) -> Any:
        """`cursor: changed_at`, for the tables a tenant file describes."""
        why = "Named in the tenant file as the column that grows with every change."
        return {"field": value, "why": why} if isinstance(value, str) else value


class Freshness(Spec):
    warn_h: int = Field(
        26, gt=0, le=MAX_HOURS, description="Hours since the last load before a warning."
    )
    error_h: int = Field(
        50, gt=0, le=MAX_HOURS, description="Hours since the last load before an error."
    )


class QuarantineLimit(Spec):
    """How many records of one load may not fit; one more fails the load before it commits."""

    share: float = Field(0.1, ge=0, le=1, description="Of the records read; 1 never fails.")
    least: int = Field(20, ge=0, description="So many may always be quarantined.")


class Parent(Spec):
    """REST: the stream is asked for once per record of another stream."""

    stream: Snake = Field(description="Stream of the same connector; it is read in full.")
    keep: dict[Snake, Snake] = Field(
        {}, description="Column of this stream -> column of the parent, put into each record."
    )


class Stream(Spec):
    """One table of a connector."""

    path: str | None = Field(
        None,
        description="REST: path below the base URL; `{column}` is filled from the parent's record.",
    )
    method: Literal["get", "post"] = Field("get", description="REST: how the list is asked for.")
    body: dict[str, Any] = Field(
        {},
        description="REST, method post: fixed JSON body; paging and window are put into it, at "
        "dotted paths.",
    )
    parent: Parent | None = Field(None, description="REST: one list per record of another stream.")
    empty_on: tuple[int, ...] = Field(
        (), description="REST: statuses by which the source says that there is no such list."
    )
    params: dict[str, str] = Field({}, description="REST: fixed query parameters.")
    records_path: str | None = Field(None, description="REST: where the answer holds the records.")
    paginator: Paginator | None = Field(None, description="Overrides the connector's paginator.")
    events: tuple[str, ...] = Field(
        (), description="Webhooks: event types of this stream, `order.*` for a group of them."
    )
    delete_events: tuple[str, ...] = Field(
        ("*.deleted", "*.delete", "*/delete"),
        description="Webhooks: those that say that the record is gone; they set _deleted_at.",
    )
    files: tuple[str, ...] = Field((), description="File sources: glob patterns of this stream.")
    sheet: str | None = Field(None, description="File sources: sheet of a workbook; the first.")
    header_line: int | None = Field(
        None, ge=0, description="Delimited files: line of the header, 0 for none; found."
    )
    delimiter: str | None = Field(None, description="File sources: field separator; detected.")
    encoding: str | None = Field(
        None, description="File sources: codec; the feed's option if absent."
    )
    table: str | None = Field(None, description="SQL: table or view; the stream's name if absent.")
    db_schema: str | None = Field(
        None, alias="schema", description="SQL: schema of the table; the feed's option if absent."
    )
    query: str | None = Field(None, description="SQL: one SELECT, read in place of a table.")
    stateful: bool = Field(
        False, description="As a stateful connector, for this stream: SQL with a numeric cursor."
    )
    primary_key: tuple[Snake, ...] = Field(min_length=1)
    columns: dict[Snake, Column] = Field(min_length=1)
    children: dict[Snake, Child] = Field({})
    cursor: Cursor | None = Field(None, description="None: the stream is always read in full.")
    version: Snake | None = Field(
        None,
        description="Column that grows with every change of a record; an older version never "
        "replaces a newer one. None: the later load wins.",
    )
    sweep: Snake | Literal["all"] | None = Field(
        None,
        description="What one read holds completely: `all` the stream, or a column for whose "
        "values seen the read is complete (source.py may name them: Page.complete). Rows not seen "
        "get _deleted_at. None: no deletes.",
    )
    sweep_limit_share: float = Field(
        0.5,
        gt=0,
        le=1,
        description="Share of the known rows that may be missing from a complete read; one that "
        "lacks more is refused until a person accepts it. 1: any read is believed.",
    )
    lookback_h: float = Field(
        0, ge=0, le=MAX_HOURS, description="Hours re-read before the cursor, for late changes."
    )
    freshness: Freshness = Field(default_factory=Freshness)
    quarantine: QuarantineLimit = Field(default_factory=QuarantineLimit)
    checks: tuple[CheckSpec, ...] = Field(
        (), description="What must be true of its rows; see docs/quality.md."
    )
    money: Snake | None = Field(
        None, description="Column that says how much money a row is about: what a defect touches."
    )
    description: str = Field("", description="One row per ...")

    @model_validator(mode="after")
    def _columns_exist(self) -> "Stream":
        wanted = [*self.primary_key, self.version, self.cursor.field if self.cursor else None]
        if self.sweep not in (None, "all"):
            wanted.append(self.sweep)
        wanted.append(self.money)
        for check in self.all_checks:
            wanted += check.own_columns
            if check.needs_column and not check.column:
                raise ValueError(f"check `{check.check}` of the stream needs `column`")
        missing = sorted({name for name in wanted if name and name not in self.columns})
        if missing:
            raise ValueError(f"not among the declared columns: {', '.join(missing)}")
        return self

    @property
    def all_checks(self) -> tuple[CheckSpec, ...]:
        """Those of its columns, then its own."""
        columns = self.columns.items()
        below = [check.below(name) for name, column in columns for check in column.checks]
        return (*below, *self.checks)

    @model_validator(mode="after")
    def _request_is_whole(self) -> "Stream":
        if self.method == "post" and self.params:
            raise ValueError("method post takes `body` instead of `params`")
        if self.method == "get" and self.body:
            raise ValueError("`body` belongs to method post")
        return self


class Auth(Spec):
    """Which secret goes where; the secret itself lives in the feed's connection."""

    kind: Literal["none", "bearer", "header", "query", "basic", "token", "oauth2"] = "none"
    secret: str | None = Field(
        None,
        pattern=r"^[a-z](_?[a-z]){0,29}[0-9]?$",
        description="Field of the connection that holds the secret: a name, never the secret.",
    )
    name: str | None = Field(None, description="Name of the header or of the query parameter.")
    token_url: str | None = Field(
        None,
        description="oauth2: where tokens come from, an address or a path below the host; the "
        "connection's `token_url` wins.",
    )
    scopes: tuple[str, ...] = Field((), description="oauth2: scopes asked for.")
    client_auth: Literal["form", "basic"] = Field(
        "form", description="oauth2: client id and secret go into the form, or a Basic header."
    )
    form: dict[str, str] = Field({}, description="oauth2: further fields of the token request.")

    @model_validator(mode="after")
    def _fits_its_kind(self) -> "Auth":
        if self.kind == "query" and not self.name:
            raise ValueError("kind query needs `name`, the parameter the secret goes into")
        if (self.kind == "oauth2") != bool(self.token_url):
            raise ValueError("`token_url` and kind oauth2 belong together")
        if self.kind != "oauth2" and (self.scopes or self.form or self.client_auth != "form"):
            raise ValueError("`scopes`, `client_auth` and `form` belong to kind oauth2")
        return self


class RateLimit(Spec):
    per_second: float = Field(gt=0, description="Requests a second for one credential.")


class Api(Spec):
    base_url: str = Field(description="Overridden by the connection's host.")
    version: str | None = None
    auth: Auth = Field(default_factory=Auth)
    headers: dict[str, str] = Field({})
    rate_limit: RateLimit | None = None
    paginator: Paginator | None = None
    records_path: str | None = None
    exact_numbers: bool = Field(
        False, description="Parse JSON numbers as decimals (money as JSON numbers)."
    )


Role = Literal["orders", "books", "money"]


class Option(Spec):
    """A setting a tenant may give for a feed."""

    type: Literal["text", "int", "bool", "mapping", "list"]
    required: bool = False
    default: Any = None
    reach: Reach | None = Field(
        None,
        description="What a value names: path (a file of this machine), place (path or URL), below "
        "(a folder below the feed's), host, login (an address that gets secrets), program, "
        "nothing (it only sounds like it).",
    )
    description: str


class Connector(Spec):
    """One connector.yaml."""

    connector: Snake
    title: str
    kind: SourceKind = Field(
        description="rest: read by this file alone; files: a folder of exports; python: source.py."
    )
    docs: str = Field("", description="Where the facts come from, with the date read.")
    api: Api | None = None
    secrets: dict[str, str] = Field({}, description="Connection field -> what it is.")
    rights: dict[str, str] = Field(
        {},
        description="Stream (`*`: any other) -> the right that reading it needs, in the source's "
        "own words; named when the source refuses.",
    )
    consent: Consent | None = Field(
        None, description="A person may let it in at the vendor, from the console."
    )
    options: dict[str, Option] = Field({})
    concepts: tuple[Snake, ...] = Field((), description="Conformed concepts this connector feeds.")
    speaks_for: Role = Field(
        "orders",
        description="What its orders are: orders (a shop's or till's own), books (what was booked) "
        "or money (what was paid). A tenant's `revenue` block may say otherwise.",
    )
    books: Snake | None = Field(
        None,
        description="Accounting software whose books this reads: connectors of the same books "
        "tell the same documents, and each counts once.",
    )
    streams: dict[Snake, Stream] = Field(
        {}, description="Empty only when the feed itself defines its streams (connector `files`)."
    )
    streams_from_feed: bool = Field(
        False, description="Streams come from the feed's option `streams`."
    )
    stateful: bool = Field(
        False,
        description="The source keeps its own state: a page's position is the stream's cursor, "
        "committed with its rows and handed to the next read, whatever starts it.",
    )
    stream_defaults: dict[str, Any] = Field(
        {},
        description="What a feed's streams have unless they say otherwise; columns are added to "
        "those declared.",
    )
    further_fields: FurtherFields | None = Field(
        None,
        description="The source is asked for fields by name, so a tenant may add some; None: "
        "records come whole.",
    )
    reports: ReportRules | None = Field(None, description="A feed may declare reports of its own.")
    pool_slots: int = Field(4, gt=0, le=10_000, description="Size of the pool `api_<connector>`.")

    def right_for(self, stream: str) -> str | None:
        """The right that reading a stream needs; the scopes asked for where none is named."""
        scopes = self.api.auth.scopes if self.api else ()
        return self.rights.get(stream) or self.rights.get("*") or " ".join(scopes) or None

    @model_validator(mode="after")
    def _parents_fit(self) -> "Connector":
        faults = find_parent_faults(self.kind, self.streams)
        if faults:
            raise ValueError(faults[min(faults)])
        return self


def find_parent_faults(kind: SourceKind, streams: dict[str, Stream]) -> dict[str, str]:
    """Stream -> why its path cannot be filled from its parent, or what it keeps is not there."""
    faults: dict[str, str] = {}
    for name, stream in streams.items():
        asked = set(re.findall(r"{(\w+)}", stream.path or "")) if kind == "rest" else set()
        if stream.parent is None:
            if asked:
                faults[name] = f"stream `{name}` has no `parent` to fill its path from"
            continue
        parent = streams.get(stream.parent.stream)
        if parent is None or parent.parent is not None:
            faults[name] = f"the parent of `{name}` is no stream without a parent of its own"
            continue
        asked |= set(stream.parent.keep.values())
        missing = {*asked - set(parent.columns), *set(stream.parent.keep) - set(stream.columns)}
        if missing:
            faults[name] = f"parent of `{name}`: no column {', '.join(sorted(missing))}"
    return faults
