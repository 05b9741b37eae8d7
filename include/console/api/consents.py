"""Where a consent at a vendor begins; it ends at the page `/oauth/callback`."""

from fastapi import APIRouter

from include.console.api import setup_models
from include.console.api.repeatable import RepeatableRoute
from include.console.api.routes import Asking
from include.console.api.setup import BELOW, REFUSALS, FeedName
from include.console.consent import build_redirect_uri, run_begin_consent

router = APIRouter(prefix="/api/v1", route_class=RepeatableRoute, responses=REFUSALS)


@router.post(f"{BELOW}/consent")
def begin_consent(visitor: Asking, tenant: str, feed: FeedName) -> setup_models.ConsentOut:
    """The vendor's page where a person lets this feed in; it comes back within 15 minutes, to the
    person who asked. The app's id and secret are in the feed's connection already."""
    address = run_begin_consent(visitor, tenant, feed)
    redirect_uri = build_redirect_uri(visitor.fleet.doors.base_url)
    return setup_models.ConsentOut(address=address, redirect_uri=redirect_uri)
