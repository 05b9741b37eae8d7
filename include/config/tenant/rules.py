"""Rules across a tenant's feeds: what no single block can be blamed for."""

from include.config.connector_spec import Connector, Stream
from include.config.declared_api import STREAMS_OPTION
from include.config.explain import did_you_mean, first_few
from include.config.models import Feed, Problem, TenantFile
from include.config.privacy import build_column_paths, find_privacy_faults
from include.config.reports import REPORTS_OPTION
from include.config.yaml_file import Trouble, YamlFile
from include.core import naming


def check_twins(feeds: list[Feed], file: YamlFile, problems: list[Problem]) -> None:
    """Feeds of one connector share its conformed models, so they cannot differ in concepts."""
    first: dict[str, Feed] = {}
    for feed in feeds:
        twin = first.setdefault(feed.connector.connector, feed)
        if twin.concepts != feed.concepts:
            message = (
                f"feeds `{twin.name}` and `{feed.name}` share connector "
                f"`{feed.connector.connector}` but differ in `concepts`. Give both the same list."
            )
            problems.append(Problem(file.path, file.line(("feeds", feed.name)), message))


def check_shared_tables(feeds: list[Feed], file: YamlFile, problems: list[Problem]) -> None:
    """Feeds of one connector load into one table per stream name, so both must mean the same."""
    first: dict[tuple[str, str], Feed] = {}
    for feed in feeds:
        if not (feed.connector.streams_from_feed or feed.connector.reports):
            continue
        for name, stream in feed.streams.items():
            twin = first.setdefault((feed.connector.connector, name), feed)
            known = twin.streams[name]
            types = [{n: c.type for n, c in s.columns.items()} for s in (known, stream)]
            if known.primary_key != stream.primary_key or types[0] != types[1]:
                message = (
                    f"stream `{name}` of feed `{feed.name}` has other columns than that of feed "
                    f"`{twin.name}`, and both load into one table. Give one of them another name."
                )
                option = REPORTS_OPTION if feed.connector.reports else STREAMS_OPTION
                loc = ("feeds", feed.name, "options", option, name)
                problems.append(Problem(file.path, file.line(loc), message))


def check_privacy(
    spec: TenantFile, feeds: list[Feed], file: YamlFile, problems: list[Problem]
) -> None:
    """Rules that cannot be kept, and columns that are not there."""
    faults: dict[str, str] = {}
    known: set[str] = set()
    open_ended: list[str] = []
    for feed in feeds:
        faults |= find_privacy_faults(spec.privacy, feed.connector, feed.streams)
        known |= build_column_paths(feed.connector, feed.connector.streams | feed.streams)
        if feed.connector.streams_from_feed:
            open_ended.append(f"{feed.connector.connector}.")
    unknown = sorted(
        path for path in spec.privacy.columns.keys() - known if not path.startswith((*open_ended,))
    )
    shown, rest = first_few(unknown)
    for path in shown:
        guess = did_you_mean(path, known)
        faults[path] = f"no column `{path}`.{guess} Expected connector.stream.column."
    for path, message in sorted(faults.items()):
        place = ("columns", path) if path in spec.privacy.columns else ("pii",)
        problems.append(Problem(file.path, file.line(("privacy", *place)), f"privacy: {message}"))
    for said in rest:
        problems.append(Problem(file.path, file.line(("privacy", "columns")), f"privacy: {said}"))


def check_names(
    spec: TenantFile, feed: str, connector: Connector, streams: dict[str, Stream], trouble: Trouble
) -> None:
    """PostgreSQL would cut long names silently, and two tables could become one."""
    if feed in naming.RESERVED_FEEDS:
        taken = ", ".join(f"`{name}`" for name in sorted(naming.RESERVED_FEEDS))
        trouble.append(
            (
                (),
                f"`{naming.connection_id(spec.tenant, feed)}` is the platform's own connection. "
                f"Give the feed another name than {taken}.",
            )
        )
    try:
        naming.check_identifier(feed)
        naming.raw_schema(spec.tenant, connector.connector)
        for stream, described in streams.items():
            naming.check_identifier(stream)
            for child in described.children:
                naming.child_table(stream, child)
    except ValueError as error:
        trouble.append(((), f"{error}. Choose a shorter name."))
