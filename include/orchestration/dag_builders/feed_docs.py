"""doc_md of an ingest DAG, from the same configuration the DAG is built from."""

from include.config.connector_spec import Stream
from include.config.models import Feed
from include.config.settings import load_settings
from include.core import naming
from include.pipeline.stream_names import build_stream_names


def build_ingest_docs(feed: Feed) -> str:
    """Markdown: what is loaded, how its windows work, where to look when it is red."""
    connector, tenant = feed.connector, feed.tenant
    schedule = f"`{feed.schedule}` (UTC)" if feed.schedule else "by hand only"
    return "\n".join(
        [
            f"# {connector.title} of {tenant.spec.name}",
            "",
            f"Feed `{feed.name}` (connector `{connector.connector}`) into schema"
            f" `{feed.raw_schema}`. Runs {schedule}, data from {feed.start_date} on.",
            "",
            *_streams(feed),
            *_one_task(feed),
            "",
            "## Windows",
            "",
            "All windows are half-open `[start, end)` in UTC.",
            "",
            "- **Scheduled and manual runs** start at the stream's committed cursor minus its"
            f" lookback ({feed.start_date} before the first load) and end now. A paused DAG"
            " catches up by itself; no interval is ever missed.",
            "- **Manual runs with `from`/`to`** read exactly that and leave the cursor alone.",
            "- **Backfill runs** (`airflow backfill create` or the UI) read exactly their data"
            f" interval{_interval(feed)} and leave the cursor alone. Streams without a cursor are"
            " skipped.",
            "",
            "Loading the same window twice changes nothing.",
            "",
            "## Where to look",
            "",
            f"- Every load and its counts: `{naming.OPS_SCHEMA}.loads` where tenant = '{tenant.id}'"
            f" and feed = '{feed.name}'",
            f"- Records that did not fit: `{naming.OPS_SCHEMA}.quarantine`, or `elt"
            f" quarantine list --tenant {tenant.id} --feed {feed.name}`",
            *_sweeps(feed),
            f"- Checks: `{naming.OPS_SCHEMA}.check_results`; columns that changed:"
            f" `{naming.OPS_SCHEMA}.schema_changes`",
            f"- Credentials: Airflow connection `{feed.connection_id}`{_secrets(feed)}",
            f"- Next: asset `{naming.raw_asset(tenant.id, feed.name)}` wakes"
            f" `{naming.transform_dag_id(tenant.id)}` when there is something to build",
            f"- Configuration: `{load_settings().shown(tenant.path)}`,"
            f" `include/connectors/{connector.connector}/`",
        ]
    )


def _one_task(feed: Feed) -> list[str]:
    if feed.tasks != "feed" and build_stream_names(feed):
        return []
    return [
        "",
        "`all_streams` loads every stream and checks it. `check_raw` is skipped unless some streams"
        " failed and others loaded: then it checks these, so that they reach the marts.",
    ]


def _sweeps(feed: Feed) -> list[str]:
    if feed.sweep_schedule is None:
        return []
    return [f"- What is gone at the source: DAG `{feed.sweep_dag_id}`, `{feed.sweep_schedule}`"]


def _streams(feed: Feed) -> list[str]:
    names = build_stream_names(feed)
    if not names:
        return ["Streams are whatever files the folder holds when the task runs: one table a file."]
    rows = [_row(name, feed.streams.get(name)) for name in names]
    return ["| stream | primary key | cursor | lookback |", "|---|---|---|---|", *rows]


def _row(name: str, stream: Stream | None) -> str:
    if stream is None:
        return f"| {name} | detected | detected | |"
    cursor = f"`{stream.cursor.field}`" if stream.cursor else "none: read in full"
    lookback = f"{stream.lookback_h:g} h" if stream.lookback_h else ""
    return f"| {name} | {', '.join(stream.primary_key)} | {cursor} | {lookback} |"


def _interval(feed: Feed) -> str:
    return f", from one tick of `{feed.schedule}` to the next," if feed.schedule else ""


def _secrets(feed: Feed) -> str:
    names = ", ".join(f"`{name}`" for name in sorted(feed.connector.secrets))
    return f" ({names})" if names else " (optional)"
