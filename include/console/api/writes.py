"""The API's routes that change something; each writes its line into elt_ops.console_audit.

Runs, pauses and backfills are Airflow's own API's, asked as the person who is logged in.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

from fastapi import APIRouter

from include.alerts.decisions import fetch_alive, run_acknowledge, run_end, run_mute
from include.console.answers import ProblemAnswer, Refusal, not_found
from include.console.api import models
from include.console.api.repeatable import RepeatableRoute
from include.console.api.routes import Asking
from include.console.reads.reviews import has_reviews
from include.console.visitor import Visitor
from include.core.clock import utcnow
from include.core.errors import ConfigError, UpstreamError
from include.core.streams import RunKind, RunOrigin
from include.destinations.postgres.identity.decisions import run_decide, run_take_back
from include.ledger.audit import run_record_audit
from include.ledger.connection import Connection
from include.ledger.quarantine import QuarantineFilter, fetch_record, run_drop, run_edit
from include.ledger.trust.check_results import fetch_latest_checks
from include.ledger.trust.mutes import Mute, run_unmute
from include.ledger.trust.mutes import run_mute as run_mute_check
from include.pipeline.load_environment import LoadEnvironment
from include.pipeline.load_request import LoadRequest
from include.pipeline.quarantine_replay import run_replay
from include.pipeline.stream_load import fetch_streams

REFUSALS: dict[int | str, dict[str, Any]] = {
    status: {"model": ProblemAnswer} for status in (401, 403, 404, 409, 422, 429, 503)
}
router = APIRouter(prefix="/api/v1", route_class=RepeatableRoute, responses=REFUSALS)


@contextmanager
def changing(
    visitor: Visitor, tenant_id: str, what: str, about: dict[str, Any]
) -> Iterator[Connection]:
    """A transaction on the ledger of a tenant the visitor may change, with its audit line."""
    tenant = visitor.act(tenant_id)
    with visitor.open_warehouse(tenant).connect() as connection:
        yield connection
        run_record_audit(connection, visitor.person.name, tenant_id, what, about)


@router.post("/tenants/{tenant}/quarantine/{record}/drop")
def drop_record(visitor: Asking, tenant: str, record: int, body: models.Reason) -> models.Done:
    """Close an open record for good; its payload stays until retention."""
    about = {"record": record, "reason": body.reason}
    with changing(visitor, tenant, "quarantine.drop", about) as connection:
        wanted = QuarantineFilter(tenant, ids=(record,) if abs(record) < 2**62 else ())
        count = run_drop(connection, wanted, f"{visitor.person.name}: {body.reason}")
        if not count:
            raise not_found()
    return models.Done(done="dropped", count=count)


@router.post("/tenants/{tenant}/quarantine/{record}/replay")
def replay_record(visitor: Asking, tenant: str, record: int, body: models.ReplayIn) -> models.Done:
    """Load an open record once more; `done` is `settled`, or `still_bad` when it does not fit."""
    owner = visitor.act(tenant)
    payload = None if body.payload is None else check_payload(body.payload)
    about = {"record": record, "reason": body.reason, "edited": payload is not None}
    with changing(visitor, tenant, "quarantine.replay", about) as connection:
        row = fetch_record(connection, tenant, record) if abs(record) < 2**62 else None
        if row is None or row["state"] != "open":
            raise not_found()
        if payload is not None and not run_edit(connection, tenant, record, payload):
            words = ("This record is no JSON that could be edited.", "Mend its source, or drop it.")
            raise Refusal(409, "not_editable", *words)
    feed = visitor.see_feed(tenant, row["feed"])
    doors = visitor.fleet.doors
    warehouse = replace(visitor.lend_warehouse(owner), salt=doors.fetch_salt(owner))
    environment = LoadEnvironment(
        warehouse, doors.fetch_credentials, fetch_rows_login=doors.fetch_rows_login
    )
    origin = RunOrigin("console", f"replay__{utcnow():%Y-%m-%dT%H:%M:%S.%fZ}")
    request = LoadRequest(feed, RunKind.MANUAL, (row["stream"],), origin=origin)
    wanted = QuarantineFilter(tenant, feed.name, row["stream"], ids=(record,))
    try:
        done = run_replay(request, fetch_streams(feed, environment), wanted, environment)
    except (ConfigError, UpstreamError) as error:
        words = (error.message, "Mend that, then load it again.")
        raise Refusal(409, "cannot_be_loaded", *words) from None
    return models.Done(done="settled" if done.settled else "still_bad", count=done.settled)


def check_payload(text: str) -> str:
    """The same text.

    Raises:
        Refusal: 422, when it is no JSON object.
    """
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise Refusal(422, "invalid", "`payload` is no JSON object.", "Correct it.")
    return text


@router.post("/tenants/{tenant}/alerts/{alert}")
def answer_alert(visitor: Asking, tenant: str, alert: int, body: models.AlertSaying) -> models.Done:
    """Look after an alert, silence it for some hours, or say that it is over."""
    about = {"alert": alert, **body.model_dump()}
    who, because = visitor.person.name, body.because
    with changing(visitor, tenant, f"alert.{body.what}", about) as connection:
        found = fetch_alive(connection, [alert] if abs(alert) < 2**62 else [])
        rows = [row for row in found if row.tenant == tenant]
        if not rows:
            raise not_found()
        if body.what == "acknowledge":
            run_acknowledge(connection, rows, who, because or None)
        elif body.what == "mute":
            until = utcnow() + timedelta(hours=body.hours)
            run_mute(connection, rows, until, who, because or "muted in the console")
        else:
            run_end(connection, rows, utcnow(), who, because or None)
    return models.Done(done=body.what)


@router.post("/tenants/{tenant}/checks/{check}")
def answer_check(visitor: Asking, tenant: str, check: int, body: models.CheckSaying) -> models.Done:
    """Silence a check for some hours, with a reason, or end that; its score counts it all along."""
    about = {"check": check, **body.model_dump()}
    with changing(visitor, tenant, f"check.{body.what}", about) as connection:
        latest = fetch_latest_checks(connection, tenant)
        row = next((one for one in latest if one["result_id"] == check), None)
        if row is None:
            raise not_found()
        place = (row["feed"], row["stream"], row["check_name"])
        if body.what == "unmute":
            run_unmute(connection, tenant, place)
        else:
            until = utcnow() + timedelta(hours=body.hours)
            because = body.because or "muted in the console"
            run_mute_check(connection, Mute(tenant, *place, until, because, visitor.person.name))
    return models.Done(done=body.what)


@router.post("/tenants/{tenant}/identity/decisions")
def decide_pair(visitor: Asking, tenant: str, body: models.Decision) -> models.Done:
    """Say whether two records are one; the next transform goes by it."""
    about = body.model_dump()
    with changing(visitor, tenant, "identity.decide", about) as connection:
        if not has_reviews(connection, tenant):
            raise not_found()
        pair = (body.kind, body.left_id, body.right_id)
        run_take_back(connection, tenant, pair)
        if body.verdict != "none":
            said = (body.verdict, visitor.person.name, body.why or "decided in the console")
            if not run_decide(connection, tenant, pair, said, utcnow()):
                raise not_found()
    return models.Done(done=body.verdict)
