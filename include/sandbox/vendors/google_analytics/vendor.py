"""The properties of acme and summit: routes of the Data API v1beta."""

from collections.abc import Callable
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.routing import BaseRoute

from include.sandbox.economy_views import fetch_visits
from include.sandbox.serve.session import Session
from include.sandbox.serve.vendors import Vendor
from include.sandbox.vendors.google.errors import GoogleError, build_refusal
from include.sandbox.vendors.google.login import (
    CLIENT_ID,
    CLIENT_SECRET,
    GoogleLogin,
    build_refresh_token,
)
from include.sandbox.vendors.google.routes import (
    View,
    build_consent_route,
    build_route,
    build_token_route,
)
from include.sandbox.vendors.google_analytics.fields import DEPRECATED, DIMENSIONS, METRICS
from include.sandbox.vendors.google_analytics.property import Property
from include.sandbox.vendors.google_analytics.quota import Quota
from include.sandbox.vendors.google_analytics.request import build_report, check_fields, refuse

SCOPE = "https://www.googleapis.com/auth/analytics.readonly"
HOST = "analyticsdata.googleapis.com"
BATCH = 5
PROPERTIES = {"acme": "312345678", "summit": "398765432"}
# Google signals withhold rare places.
WITH_SIGNALS = frozenset({"summit"})
CREDENTIALS = {
    tenant: {
        "conn_type": "google_cloud_platform",
        "extra": {
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "refresh_token": build_refresh_token(tenant),
            "token_uri": "{base}/google_analytics/token",
            "scope": SCOPE,
            "property_id": number,
        },
    }
    for tenant, number in PROPERTIES.items()
}


def fetch_property(session: Session, tenant: str) -> Property:
    """The tenant's property as it is now."""
    return session.state(
        "google_analytics",
        tenant,
        lambda: Property(
            PROPERTIES[tenant],
            fetch_visits(session, tenant),
            session.spec.seed,
            session.now[tenant],
            has_signals=tenant in WITH_SIGNALS,
        ),
    )


class DataApi:
    """Views of all properties behind one host."""

    def __init__(self, fetch: Callable[[str], Property]) -> None:
        self._fetch = fetch
        self.quotas = {number: Quota() for number in PROPERTIES.values()}

    def _property(self, tenant: str, request: Request) -> Property:
        number = request.path_params["number"]
        if PROPERTIES[tenant] != number:
            raise GoogleError(
                403,
                "PERMISSION_DENIED",
                "User does not have sufficient permissions for this property. To learn more about "
                "Property ID, see https://developers.google.com/analytics/devguides/reporting/data/"
                "v1/property-id.",
            )
        return self._fetch(tenant)

    def run_report(self, tenant: str, request: Request, body: dict[str, Any]) -> Any:
        found = self._run(self._property(tenant, request), body)
        return _numbered(found) if _wants_numbers(request) else found

    def run_batch(self, tenant: str, request: Request, body: dict[str, Any]) -> Any:
        """One bad request fails the whole batch."""
        place, requests = self._property(tenant, request), body.get("requests") or []
        if not 1 <= len(requests) <= BATCH:
            raise refuse(f"A batch holds 1 to {BATCH} requests. This one holds {len(requests)}.")
        reports = [self._run(place, one) for one in requests]
        if _wants_numbers(request):
            reports = [_numbered(report) for report in reports]
        return {"reports": reports, "kind": "analyticsData#batchRunReports"}

    def metadata(self, tenant: str, request: Request, body: dict[str, Any]) -> Any:
        """`getMetadata`: the fields this property knows."""
        number = self._property(tenant, request).number
        return {
            "name": f"properties/{number}/metadata",
            "dimensions": [_describe_dimension(name) for name in DIMENSIONS],
            "metrics": [_describe_metric(name, request) for name in METRICS],
        }

    def compatibility(self, tenant: str, request: Request, body: dict[str, Any]) -> Any:
        """Whether each known field can be added to those of the request."""
        place = self._property(tenant, request)
        dimensions = tuple(d["name"] for d in body.get("dimensions") or [])
        metrics = tuple(m["name"] for m in body.get("metrics") or [])
        check_fields(dimensions, metrics or ("sessions",))
        wanted = body.get("compatibilityFilter")

        def verdict(dimension: str | None, metric: str | None) -> str:
            more_d = dimensions + ((dimension,) if dimension else ())
            more_m = metrics + ((metric,) if metric else ())
            return "COMPATIBLE" if place.find_table(more_d, more_m) else "INCOMPATIBLE"

        d = [
            {"dimensionMetadata": _describe_dimension(n), "compatibility": verdict(n, None)}
            for n in DIMENSIONS
        ]
        m = [
            {"metricMetadata": _describe_metric(n, request), "compatibility": verdict(None, n)}
            for n in METRICS
        ]
        return {
            "dimensionCompatibilities": [x for x in d if wanted in (None, x["compatibility"])],
            "metricCompatibilities": [x for x in m if wanted in (None, x["compatibility"])],
        }

    def _run(self, place: Property, body: dict[str, Any]) -> dict[str, Any]:
        if body.get("property") not in (None, "", f"properties/{place.number}"):
            raise refuse("The property of a batched request must be that of the batch.")
        report = build_report(body)
        found = place.run(report)
        spent = self.quotas[place.number].spend(len(found.get("rows", [])))
        return found | ({"propertyQuota": spent} if report.wants_quota else {})


def _describe_dimension(name: str) -> dict[str, Any]:
    title, category = DIMENSIONS[name]
    return {"apiName": name, "uiName": title, "description": f"{title}.", "category": category}


def _describe_metric(name: str, request: Request) -> dict[str, Any]:
    metric = METRICS[name]
    found: dict[str, Any] = {
        "apiName": name,
        "uiName": metric.title,
        "description": f"{metric.title}.",
        "type": KINDS.index(metric.kind) if _wants_numbers(request) else metric.kind,
        "category": metric.category,
    }
    return found | ({"deprecatedApiNames": DEPRECATED[name]} if name in DEPRECATED else {})


# Numbers of MetricType; Google's clients ask for them with `$alt=json;enum-encoding=int`.
KINDS = ("METRIC_TYPE_UNSPECIFIED", "TYPE_INTEGER", "TYPE_FLOAT", "", "TYPE_SECONDS",
         "TYPE_MILLISECONDS", "TYPE_MINUTES", "TYPE_HOURS", "TYPE_STANDARD",
         "TYPE_CURRENCY")  # fmt: skip


def _wants_numbers(request: Request) -> bool:
    return "enum-encoding=int" in request.query_params.get("$alt", "")


def _numbered(report: dict[str, Any]) -> dict[str, Any]:
    headers = [{**h, "type": KINDS.index(h["type"])} for h in report["metricHeaders"]]
    return report | {"metricHeaders": headers}


def _count(session: Session, tenant: str) -> dict[str, Any]:
    """Rows of reports without thresholds; `revenue` in cents, as far as analytics has seen it."""
    visits = fetch_visits(session, tenant)
    days = {row.day for row in visits.days}
    return {
        "streams": {
            "sessions": len(visits.days),
            "events": len({(row.day, name) for row in visits.days for name in row.events}),
            "audience_actives": len(days),
        },
        "sessions": sum(row.sessions for row in visits.days),
        "revenue": sum(row.revenue for row in visits.days),
        "purchases": sum(row.purchases for row in visits.days),
    }


def _build_routes(session: Session) -> list[BaseRoute]:
    login = GoogleLogin(frozenset(PROPERTIES), SCOPE, HOST)
    api = DataApi(partial(fetch_property, session))
    below = "/v1beta/properties/{number:str}"
    views: tuple[tuple[str, View, str], ...] = (
        (f"{below}:runReport", api.run_report, "POST"),
        (f"{below}:batchRunReports", api.run_batch, "POST"),
        (f"{below}:checkCompatibility", api.compatibility, "POST"),
        (f"{below}/metadata", api.metadata, "GET"),
    )
    routes: list[BaseRoute] = [build_route(login, path, view, how) for path, view, how in views]
    return [build_consent_route(login), build_token_route(login), *routes]


VENDOR = Vendor(
    "google_analytics", CREDENTIALS, _build_routes, refusal=build_refusal, counts=_count
)
