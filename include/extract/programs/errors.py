"""What a foreign program said when it failed -> the error that tells the caller what to do."""

import re
from collections.abc import Sequence

from include.core.errors import (
    AccessDenied,
    ConfigError,
    ContractBroken,
    RateLimited,
    UpstreamError,
    UpstreamUnavailable,
)

MAX_SAID = 600
_DENIED = re.compile(
    r"\b(401|403)\b|unauthori[sz]ed|forbidden|access ?denied|permission|invalid.{0,12}(token|grant|"
    r"api.?key|credential)|authenticat\w+ (failed|error)|password|not authori[sz]ed|scope",
    re.IGNORECASE,
)
_LIMITED = re.compile(r"\b429\b|rate.?limit|too many requests|quota exceeded", re.IGNORECASE)
_NETWORK = re.compile(
    r"\b50[0234]\b|timed? ?out|connection|temporar|unavailable|resolve|reset by peer|broken pipe|"
    r"\beof\b",
    re.IGNORECASE,
)
_CONFIG = re.compile(
    r"config (file )?(is|was|validation)|configvalidation|missing (required )?(key|config|field|"
    r"setting)|required (key|property|config)|no such (option|file)|usage:|does not match|"
    r"invalid (config|option|value)|unrecognized arguments",
    re.IGNORECASE,
)
_BROKEN = re.compile(
    r"(Key|Type|Attribute|Index|JSONDecode|Validation|Assertion|Unicode\w+)Error|schema", re.I
)

_DEED = {
    AccessDenied: "Check the connection's fields and what they may read.",
    RateLimited: "Wait; the next try goes on at the last committed state.",
    ConfigError: "Correct the feed's `config`, or the connection's fields.",
    ContractBroken: "See the task log; another version of the package may help.",
    UpstreamUnavailable: "See the task log; the next try goes on at the last committed state.",
}


def build_exit_error(program: str, code: int, tail: Sequence[str]) -> Exception:
    """The error for a program that ended badly.

    Args:
        tail: Last lines of its standard error, masked.
    """
    if code > 128:
        return UpstreamUnavailable(
            f"`{program}` was ended by signal `{code - 128}` (9 is often the memory). Expected it "
            "to end by itself. The next try goes on at the last committed state."
        )
    said = _last_words(tail)
    kind = _classify_exit(said, "\n".join(tail))
    return kind(f"`{program}` ended with code `{code}`: {said}. Expected code 0. {_DEED[kind]}")


def _last_words(tail: Sequence[str]) -> str:
    """The line that says most: the last one that names an error, else the last one."""
    lines = [line.strip() for line in tail if line.strip()]
    named = [line for line in lines if re.search(r"error|exception|critical|fatal", line, re.I)]
    return (named or lines or ["it gave no reason"])[-1][:MAX_SAID]


def _classify_exit(said: str, tail: str) -> type[ConfigError] | type[UpstreamError]:
    for kind, pattern in ((RateLimited, _LIMITED), (AccessDenied, _DENIED), (ConfigError, _CONFIG)):
        if pattern.search(said):
            return kind
    if _CONFIG.search(tail) and not _NETWORK.search(said):
        return ConfigError
    # A crash for an unknown reason: a later try costs little and often helps.
    return UpstreamUnavailable


def build_trace_error(
    program: str, failure_type: str | None, message: str, detail: str
) -> Exception:
    """The error for an Airbyte TRACE message.

    Args:
        message: For the user; masked, as is `detail`, the internal one.
    """
    kind = _classify_trace(failure_type, f"{message} {detail}")
    said = (message or detail or "no reason given").strip().rstrip(".")[:MAX_SAID]
    named = failure_type or "system_error"
    return kind(f"`{program}` reported a `{named}`: {said}. {_DEED[kind]}")


def _classify_trace(kind: str | None, text: str) -> type[ConfigError] | type[UpstreamError]:
    if _LIMITED.search(text):
        return RateLimited
    if kind == "config_error":
        return AccessDenied if _DENIED.search(text) else ConfigError
    if kind == "transient_error" or _NETWORK.search(text) or not _BROKEN.search(text):
        return UpstreamUnavailable
    return ContractBroken
