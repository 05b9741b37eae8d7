"""What is true of a served world by now: later than `truth.json` when something has happened."""

from typing import Any

from include.sandbox.exports import coresignal
from include.sandbox.serve.session import Session
from include.sandbox.truth.orders import build_identities, build_revenues
from include.sandbox.truth.people import build_people
from include.sandbox.truth.products import build_items


def build_truth_of_now(session: Session) -> dict[str, Any]:
    """`revenue`, `identities`, `people` and `items` as `truth.json` has them."""
    _, ids = coresignal.build_files(session.spec.seed, session.world.companies, session.spec.as_of)
    identities = build_identities(session, ids)
    return {
        "revenue": build_revenues(session),
        "identities": identities,
        "people": build_people(identities),
        "items": build_items(session),
    }
