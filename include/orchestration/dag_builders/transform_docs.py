"""doc_md of a transform DAG."""

from include.config.models import Tenant
from include.config.settings import load_settings
from include.core import naming


def build_transform_docs(tenant: Tenant, render: str) -> str:
    """Markdown: when it runs, what it builds, where to look.

    Args:
        render: How the DAG is really drawn; `models` needs a manifest.
    """
    layers = ", ".join(f"`{naming.dbt_schema(tenant.id, layer)}`" for layer in ("stg", "int"))
    mart = naming.dbt_schema(tenant.id, "mart")
    return "\n".join(
        [
            f"# Marts of {tenant.spec.name}",
            "",
            "Runs when any of these feeds has new rows, after waiting for the others that are"
            f" loading or due about now, at most {tenant.spec.grace_minutes} minutes. Feeds that"
            " did not make it are named in the log of `wait_for_feeds`; the marts are built"
            " without them.",
            "",
            *(f"- `{feed.dag_id}`" for feed in tenant.feeds),
            "",
            f"Builds {layers}, then `{mart}` with dbt, tests included. Drawn as: {render}.",
            *_render_note(tenant, render),
            "",
            "## Where to look",
            "",
            "- dbt's own output: log of the task `dbt_build`. A model that nothing new has come for"
            " is green with a line that says so; the run's parameter `full` builds everything",
            f"- Checks of the marts: `{naming.OPS_SCHEMA}.check_results`; scores:"
            f" `{naming.OPS_SCHEMA}.scores`",
            "- The same by hand: `make run TENANT="
            f"{tenant.id} STEP=transform`; configuration: `{load_settings().shown(tenant.path)}`",
        ]
    )


def _render_note(tenant: Tenant, render: str) -> list[str]:
    if render == tenant.spec.render:
        return []
    return [
        "",
        f"**`render: {tenant.spec.render}` is configured, but there is no dbt manifest.** Run"
        " `make manifest`; until then the models are built without a task each.",
    ]
