"""Which numbers a run scores with: saved ones, else learned now, else the defaults."""

import duckdb

from include.identity.model import Model
from include.identity.settings import IdentitySettings
from include.identity.train import build_body, read_body, train_model


def read_parameters(
    db: duckdb.DuckDBPyConnection, model: Model, settings: IdentitySettings
) -> tuple[Model, bool]:
    """The model with saved numbers, and whether they must be learned (again) in this run."""
    rows = db.execute(
        "select body, trained_at + ?::interval < ?::timestamptz from parameters"
        " where body is not null order by trained_at desc limit 1",
        [settings.retrain_after, settings.now],
    ).fetchall()
    if not rows:
        return model, settings.is_trained
    saved = read_body(model, rows[0][0])
    if saved is None:
        return model, settings.is_trained
    return saved, bool(rows[0][1]) and settings.is_trained


def learn_parameters(
    db: duckdb.DuckDBPyConnection, model: Model, settings: IdentitySettings
) -> tuple[Model, bool]:
    """Learn from `graded`; fills `new_parameters`, or `warnings` where nothing was learned."""
    found = train_model(db, model)
    if not found.is_converged:
        db.execute(
            "insert into warnings values (?)",
            [
                "The model was not learned from these records:"
                f" {found.matches:.0f} likely matches did not settle it."
                " Numbers from labelled sets are used; keys, links and overrides are not touched."
            ],
        )
        return model, False
    db.execute("insert into new_parameters values (?, ?)", [settings.now, build_body(found.model)])
    return found.model, True
