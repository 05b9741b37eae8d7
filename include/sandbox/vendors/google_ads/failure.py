"""Error answers of the Google Ads API: Google's body with a GoogleAdsFailure inside."""

from typing import Any

from include.sandbox.vendors.google.errors import GoogleError

VERSION = "v26"
STATUS = {400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED"}


def build_failure(
    status: int, family: str, code: str, message: str, details: dict[str, Any] | None = None
) -> GoogleError:
    """One error of `family` (`queryError`)."""
    error: dict[str, Any] = {"errorCode": {family: code}, "message": message}
    if details:
        error["details"] = details
    failure = {
        "@type": f"type.googleapis.com/google.ads.googleads.{VERSION}.errors.GoogleAdsFailure",
        "errors": [error],
        "requestId": "sandbox",
    }
    text = {
        400: "Request contains an invalid argument.",
        403: "The caller does not have permission",
        429: "Resource has been exhausted (e.g. check quota).",
    }.get(status, message)
    return GoogleError(status, STATUS.get(status, "RESOURCE_EXHAUSTED"), text, [failure])


def query_error(code: str, message: str) -> GoogleError:
    return build_failure(400, "queryError", code, message)


def build_refusal(kind: str) -> tuple[int, dict[str, Any]]:
    """Bodies of the sandbox's faults of this name."""
    if kind == "401":
        message = "Request had invalid authentication credentials."
        return 401, build_failure(401, "authenticationError", "OAUTH_TOKEN_EXPIRED", message).body
    if kind == "403":
        message = "User doesn't have permission to access customer."
        return 403, build_failure(403, "authorizationError", "USER_PERMISSION_DENIED", message).body
    if kind == "429":
        quota = {"quotaErrorDetails": {
            "rateScope": "ACCOUNT", "rateName": "Requests per account", "retryDelay": "28s",
        }}  # fmt: skip
        message = "Too many requests. Retry in 28 seconds."
        return 429, build_failure(429, "quotaError", "RESOURCE_EXHAUSTED", message, quota).body
    return 500, GoogleError(500, "INTERNAL", "Internal error encountered.").body
