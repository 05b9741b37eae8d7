"""Reports a tenant declares: its option `reports` becomes streams beside the connector's own.

    reports:
      landing_pages: {dimensions: [landingPage], metrics: [sessions, keyEvents]}

What every report has (account, day, cursor, sweep) comes from connector.yaml's block `reports`.
"""

from typing import Any

from pydantic import Field, ValidationError

from include.config.connector_spec import Column, Connector, Stream
from include.config.explain import find_faults
from include.config.further_fields import find_name_fault
from include.config.spec import ReportRules, Snake, Spec
from include.config.yaml_file import Loc, Trouble
from include.core.naming import snake

REPORTS_OPTION = "reports"
NOT_SAID = ("segments", "metrics")  # the first step that a column's name goes without


class Report(Spec):
    """One report; `from` is the resource of those that have several."""

    source: Snake | None = Field(None, alias="from", description="Resource the rows are of.")
    dimensions: tuple[str, ...] = Field((), max_length=30, description="What a row is split by.")
    metrics: tuple[str, ...] = Field(min_length=1, max_length=30, description="What is counted.")
    description: str = Field("", description="One row per ...")


def resolve_reports(connector: Connector, options: dict[str, Any], trouble: Trouble) -> Connector:
    """The connector with the feed's reports among its streams; what is wrong goes to `trouble`."""
    declared = options.get(REPORTS_OPTION)
    if connector.reports is None or not isinstance(declared, dict):
        return connector
    made: dict[str, Stream] = {}
    for name, block in sorted(declared.items(), key=str):
        place: Loc = ("options", REPORTS_OPTION, str(name))
        if name in connector.streams:
            message = f"`{name}` is a stream of `{connector.connector}` already. Name it otherwise."
            trouble.append((place, message))
            continue
        try:
            report = Report.model_validate(block)
        except ValidationError as error:
            faults = find_faults(error, Report)
            trouble.extend(((*place, *loc), f"report `{name}`: {text}") for loc, text in faults)
            continue
        fault = _find_fault(str(name), connector, report)
        if fault:
            trouble.append((place, f"report `{name}`: {fault}"))
            continue
        made[str(name)] = _build_stream(connector.reports, report)
    return connector.model_copy(update={"streams": {**connector.streams, **made}})


def _find_fault(name: str, connector: Connector, report: Report) -> str | None:
    rules = connector.reports
    if rules is None or snake(name) != name:
        return "no name of a stream. Expected small letters, digits and `_`."
    if rules.has_resources != (report.source is not None):
        word = "is missing" if rules.has_resources else "means nothing here"
        return f"`from` {word}. Expected the resource the rows are of, where there are several."
    for field in (*report.dimensions, *report.metrics):
        fault = find_name_fault(rules.shape, field)
        if fault:
            return fault
    names = [*map(_column_name, (*report.dimensions, *report.metrics)), *rules.stream["columns"]]
    twice = sorted({one for one in names if names.count(one) > 1})
    return f"`{twice[0]}` stands twice. Every report has its day and account." if twice else None


def _build_stream(rules: ReportRules, report: Report) -> Stream:
    """Key: what every report has, and each dimension that splits rows."""
    columns = dict(rules.stream["columns"])
    key = list(rules.stream["primary_key"])
    path = report.source
    if path:
        columns["resource_name"] = Column(type="text", path=f"{_camel(path)}.resourceName")
        key.append("resource_name")
    for field in report.dimensions:
        place = _camel(field) if rules.is_camel else field
        columns[_column_name(field)] = Column(type="text", path=f"{rules.dimensions_below}{place}")
        if place.startswith(rules.splits):
            key.append(_column_name(field))
    for field in report.metrics:
        place = _camel(field) if rules.is_camel else field
        columns[_column_name(field)] = Column(type="numeric", path=f"{rules.metrics_below}{place}")
    said = report.description or f"One row per {', '.join(key)}."
    return Stream.model_validate(
        {**rules.stream, "path": path, "columns": columns, "primary_key": key, "description": said}
    )


def _column_name(field: str) -> str:
    first, _, rest = field.partition(".")
    return snake((rest if first in NOT_SAID and rest else field).replace(".", "_"))


def _camel(name: str) -> str:
    """`ad_group.cpc_bid_micros` as answers have it, `adGroup.cpcBidMicros`."""
    steps = [step.split("_") for step in name.split(".")]
    return ".".join(first + "".join(one[:1].upper() + one[1:] for one in others)
                    for first, *others in steps)  # fmt: skip
