"""Google's standard error answer."""

from typing import Any


class GoogleError(Exception):
    """An answer that is not 200; `body` is what Google would send."""

    def __init__(
        self, status: int, code: str, message: str, details: list[dict[str, Any]] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        error: dict[str, Any] = {"code": status, "message": message, "status": code}
        self.body = {"error": error | ({"details": details} if details else {})}


def build_refusal(kind: str) -> tuple[int, dict[str, Any]]:
    """Bodies of the sandbox's faults of this name."""
    if kind == "401":
        return 401, GoogleError(401, "UNAUTHENTICATED", "Invalid authentication credentials.").body
    if kind == "403":
        return 403, GoogleError(403, "PERMISSION_DENIED", "Insufficient permissions.").body
    if kind == "429":
        return 429, GoogleError(429, "RESOURCE_EXHAUSTED", "Quota exceeded.").body
    return 500, GoogleError(500, "INTERNAL", "Internal error encountered.").body
