"""Whether dbt has the conformed model of every concept a connector lists.

A concept without its model breaks every tenant of the connector at the first dbt run, hours after
the edit; `validate` tells it at once.
"""

from pathlib import Path

from include.config.connector_spec import Connector
from include.config.explain import did_you_mean
from include.config.models import Problem
from include.config.settings import Settings
from include.config.tenant.concepts.known import Concepts, load_concepts
from include.config.yaml_file import load_yaml
from include.core import naming
from include.core.errors import ConfigError


def load_concept_problems(connectors: dict[str, Connector], settings: Settings) -> list[Problem]:
    """One problem per concept that is unknown or has no model, at its line of connector.yaml."""
    try:
        concepts = load_concepts(settings.dbt_project_dir)
    except ConfigError as error:
        return [Problem(settings.dbt_project_dir, None, error.message)]
    problems: list[Problem] = []
    for name, connector in sorted(connectors.items()):
        path = settings.connectors_dir / name / "connector.yaml"
        folder = settings.dbt_project_dir / "models" / "staging" / name
        for index, concept in enumerate(connector.concepts):
            message = _wrong(name, concept, concepts, folder)
            if message:
                line = load_yaml(path).line(("concepts", index))
                problems.append(Problem(path, line, message))
    return problems


def _wrong(connector: str, concept: str, concepts: Concepts, folder: Path) -> str | None:
    """What is wrong with one concept of one connector; None when nothing is."""
    if concept not in concepts:
        known = ", ".join(sorted(concepts))
        return f"`{concept}` is no concept.{did_you_mean(concept, concepts)} Concepts: {known}."
    model = naming.conformed_model(connector, concept)
    if list(folder.rglob(f"{model}.sql")):
        return None
    return (
        f"concept `{concept}` has no model `{model}`. "
        f"Run `elt new-staging {connector}`, then map its columns."
    )
