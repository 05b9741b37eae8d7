"""Which numbers a run scores with: saved ones, else learned now, else the defaults."""

import duckdb

from include.identity.model import Model
from include.identity.settings import IdentitySettings
from include.identity.train import build_body, is_outgrown, read_body, train_model


def read_parameters(
    db: duckdb.DuckDBPyConnection, model: Model, settings: IdentitySettings, profiles: int
) -> tuple[Model, bool]:
    """The model with saved numbers, and whether they must be learned (again) in this run.

    Args:
        profiles: How many spellings there are today.
    """
    rows = db.execute(
        "select body, trained_at + ?::interval < ?::timestamptz from parameters"
        " where body is not null order by trained_at desc limit 1",
        [settings.retrain_after, settings.now],
    ).fetchall()
    if not rows:
        return model, settings.is_trained
    body, is_old = rows[0]
    saved = read_body(model, body)
    if saved is None:
        return model, settings.is_trained
    is_stale = bool(is_old) or is_outgrown(body, profiles)
    return saved, is_stale and settings.is_trained


def _profiles(db: duckdb.DuckDBPyConnection) -> int:
    return int(db.execute("select count(*) from profiles").fetchall()[0][0])


def learn_parameters(
    db: duckdb.DuckDBPyConnection, model: Model, settings: IdentitySettings
) -> tuple[Model, bool]:
    """Learn from `graded`; fills `new_parameters`, and `warnings` where that failed."""
    found = train_model(db, model)
    if not found.is_converged:
        db.execute(
            "insert into warnings values (?)",
            [
                "How records of one entity agree was not learned from these records:"
                f" {found.matches:.0f} likely matches did not settle it."
                " Numbers from labelled sets are used; keys, links and overrides are not touched."
            ],
        )
    body = build_body(found.model, _profiles(db))
    db.execute("insert into new_parameters values (?, ?)", [settings.now, body])
    return found.model, found.is_converged
