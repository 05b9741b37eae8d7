"""Every type of alert there is: how grave, in plain words, and what to do.

docs/runbook.md has an entry for each, and a test compares the two lists.
"""

from dataclasses import dataclass

SEVERITIES = ("info", "warning", "error", "critical")
# The tenant of what concerns the platform as a whole; no tenant may be called so.
PLATFORM = "platform"


@dataclass(frozen=True, slots=True)
class AlertType:
    """One type.

    Attributes:
        severity: Unless the signal knows better.
        title: What is wrong, in the words of somebody who does not know the platform.
        advice: The first thing to do.
        is_news: Something that has happened, not a state that ends: told once, and over by itself
            after a week.
    """

    name: str
    severity: str
    title: str
    advice: str
    is_news: bool = False

    @property
    def anchor(self) -> str:
        """Its heading in the runbook."""
        return f"#{self.name}"


_LIST = (
    AlertType("load_failed", "error", "data could not be loaded",
              "Read the reason; what a later run can heal is tried again by itself."),
    AlertType("late_feed", "error", "data is late",
              "See whether the feed runs, waits, or is paused."),
    AlertType("schema_change", "warning", "the source has changed its fields",
              "Declare the new fields, or say with `drift` what shall become of them.",
              is_news=True),
    AlertType("quarantine", "warning", "records did not fit and were set aside",
              "Look at them with `elt quarantine list`, then correct and replay, or drop."),
    AlertType("check_failed", "error", "a check found wrong data",
              "Look at the keys of the bad rows in elt_ops.check_results."),
    AlertType("check_broken", "warning", "a check cannot run",
              "Correct its SQL; what it guards is not guarded until then."),
    AlertType("transform_failed", "error", "the marts could not be built",
              "Readers see the last good marts. Read the dbt message in the task's log."),
    AlertType("transform_skipped", "warning", "loaded data has not reached the marts",
              "See whether the transform is paused, or which feed it waits for."),
    AlertType("identity", "warning", "people or products were matched with warnings",
              "Correct `identity.overrides`, or read the runs in the tenant's identity schema.",
              is_news=True),
    AlertType("broken_tenant", "error", "a tenant's file has problems, so nothing of it runs",
              "Run `elt validate` and correct the named lines."),
    AlertType("task_failed", "error", "a task of the platform itself failed",
              "Read the task's log."),
    AlertType("warehouse_down", "critical", "the warehouse cannot be reached",
              "See that the server runs, has disk and accepts connections."),
    AlertType("dag_missing", "error", "Airflow does not know a feed that should run",
              "See the dag-processor's log and Airflow's import errors."),
    AlertType("dag_paused", "warning", "a feed has been paused for days",
              "Unpause it in Airflow, or set `enabled: false` in the tenant file."),
    AlertType("airflow_silent", "critical", "Airflow itself is silent, so nothing is loaded",
              "Start the named component again and read its log."),
    AlertType("alerting_failed", "error", "an alert could not be delivered",
              "Test the channel with `elt alerts test`, and correct its connection."),
)  # fmt: skip

TYPES = {one.name: one for one in _LIST}
NEWS = tuple(one.name for one in _LIST if one.is_news)


def is_graver(one: str, other: str) -> bool:
    """Whether the first severity outweighs the second."""
    return SEVERITIES.index(one) > SEVERITIES.index(other)
