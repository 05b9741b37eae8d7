"""Every error the platform raises, sorted by what the caller must do next.

    EltError
    ├── ConfigError            fix a file or a setting, then run again
    │   ├── MissingSecret      create or complete the connection
    │   ├── Unfit              what was asked for in the console is no valid feed or tenant
    │   └── Overtaken          somebody else has changed it meanwhile: read it again
    ├── UpstreamError          the source's side
    │   ├── UpstreamUnavailable   wait and retry
    │   ├── RateLimited           wait `retry_after_s`, then retry
    │   ├── AccessDenied          grant access; a retry cannot help
    │   ├── PositionRefused       read from the start again: the place to go on at is gone
    │   └── ContractBroken        the source answered something the connector does not know
    ├── SpellingLost           a guessed type was wrong: read again with these columns as text
    ├── TruncatedFetch         the answer is suspiciously small; nothing was written
    ├── WarehouseError         our side's database
    │   ├── WarehouseUnavailable  wait and retry
    │   └── WarehouseRejected     the statement can never succeed as it is
    ├── TransformError         dbt said no
    ├── AlertError             a message for people did not arrive
    │   ├── Unreachable        the receiver is down or busy: it is sent again
    │   └── Refused            the receiver says no, or its connection is not right
    └── QualityError
        ├── CheckFailed        the data is wrong
        ├── CheckBroken        the check itself cannot run
        └── TooManyRejects     too many records do not fit; nothing of the load was written

Message form: `<tenant>/<feed>/<stream>: <what happened, value in backticks>. <What was expected.>
<What to do.>` No secret and no row contents, only keys.
"""

from typing import ClassVar


class EltError(Exception):
    """Root of all platform errors; picklable, with the place it happened as attributes."""

    retryable: ClassVar[bool] = False

    def __init__(
        self,
        message: str,
        *,
        tenant: str | None = None,
        feed: str | None = None,
        stream: str | None = None,
    ) -> None:
        self.message = message
        self.tenant = tenant
        self.feed = feed
        self.stream = stream
        super().__init__(message)

    def __str__(self) -> str:
        place = "/".join(part for part in (self.tenant, self.feed, self.stream) if part)
        return f"{place}: {self.message}" if place else self.message

    def __reduce__(self) -> tuple[object, ...]:
        # Keyword-only arguments do not survive Exception's pickling; errors cross processes.
        return (_rebuild, (type(self), self.__dict__.copy()))

    def at(
        self, *, tenant: str | None = None, feed: str | None = None, stream: str | None = None
    ) -> "EltError":
        """Fill in the unknown parts of the place; returns self, for `raise error.at(...)`."""
        self.tenant = self.tenant or tenant
        self.feed = self.feed or feed
        self.stream = self.stream or stream
        return self


def _rebuild(cls: type[EltError], state: dict[str, object]) -> EltError:
    error = cls.__new__(cls)
    error.__dict__.update(state)
    Exception.__init__(error, state.get("message", ""))
    return error


class ConfigError(EltError):
    """A file or setting is wrong; nothing has been read or written."""


class MissingSecret(ConfigError):
    """A connection or one of its fields does not exist."""


class Unfit(ConfigError):
    """What was asked for is no valid feed or tenant; nothing was written.

    Attributes:
        faults: A sentence for each thing that is wrong.
    """

    faults: tuple[str, ...] = ()


class Overtaken(ConfigError):
    """Somebody else has changed it meanwhile: nothing was written."""


class UpstreamError(EltError):
    """The source did not deliver; rows of this load are not committed.

    Attributes:
        status: HTTP status of the answer; None when there was none or it was 2xx.
    """

    status: int | None = None


class UpstreamUnavailable(UpstreamError):
    """Network failure, 5xx, timeout or a cut answer: a later try may succeed."""

    retryable: ClassVar[bool] = True


class RateLimited(UpstreamError):
    """The source asks us to slow down.

    Attributes:
        retry_after_s: Seconds the source asked us to wait; None when it did not say.
    """

    retryable: ClassVar[bool] = True

    def __init__(
        self,
        message: str,
        *,
        retry_after_s: float | None = None,
        tenant: str | None = None,
        feed: str | None = None,
        stream: str | None = None,
    ) -> None:
        super().__init__(message, tenant=tenant, feed=feed, stream=stream)
        self.retry_after_s = retry_after_s


class AccessDenied(UpstreamError):
    """Credentials are wrong, expired for good, or lack a scope."""


class PositionRefused(UpstreamError):
    """The source no longer takes the position a read was to go on at.

    The pipeline forgets the position and reads the window from its start, twice at most in one run;
    after that, and for a stream whose position is its cursor, a retry or a person has to.
    """

    retryable: ClassVar[bool] = True


class ContractBroken(UpstreamError):
    """The source answered in a shape the connector does not know (HTML with 200, missing list)."""


class SpellingLost(EltError):
    """A guessed type turned out wrong behind rows it was guessed on; nothing has been written.

    The pipeline reads the stream again with `columns` as text, so that its earlier rows stand as
    they were written.
    """

    retryable: ClassVar[bool] = True

    def __init__(
        self,
        message: str,
        *,
        columns: frozenset[str] = frozenset(),
        tenant: str | None = None,
        feed: str | None = None,
        stream: str | None = None,
    ) -> None:
        super().__init__(message, tenant=tenant, feed=feed, stream=stream)
        self.columns = columns


class TruncatedFetch(EltError):
    """A full read is suspiciously smaller than what is stored; the old rows stay."""


class WarehouseError(EltError):
    """The warehouse did not take the load; its transaction is rolled back."""


class WarehouseUnavailable(WarehouseError):
    """Connection lost, server starting, disk full, deadlock: a later try may succeed."""

    retryable: ClassVar[bool] = True


class WarehouseRejected(WarehouseError):
    """Permission, syntax or type errors: a person must look."""


class TransformError(EltError):
    """dbt ended with an error; models built before it stay."""


class AlertError(EltError):
    """A message for people did not arrive; words without the address, which may be a secret."""


class Unreachable(AlertError):
    """The receiver did not answer, or is not well."""

    retryable = True


class Refused(AlertError):
    """The receiver has said no, or the channel's connection is not right."""


class QualityError(EltError):
    """Something about checks."""


class CheckFailed(QualityError):
    """Error-severity checks found bad rows; results are stored in elt_ops.check_results."""


class CheckBroken(QualityError):
    """A check's SQL cannot run; the other checks ran and are stored."""


class TooManyRejects(QualityError):
    """More records than the stream's limit do not fit; none was loaded.

    Attributes:
        load_id: Of the failed ledger row and the kept rejects, once they are written.
    """

    load_id: int | None = None
