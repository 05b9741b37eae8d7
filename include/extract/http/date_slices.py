"""Reports by day: which days a window holds, cut into the pieces that are asked for.

A report has no changed-since. Its days are read again for as long as they may still be restated
(`lookback_h`), and each day read is declared complete (`Page.complete`), so that rows which are no
longer reported get `_deleted_at`. The stream's `sweep` column holds `slice_key`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, timedelta, tzinfo

from include.core.clock import utcnow
from include.core.streams import Window
from include.extract.windows import day_window

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, order=True)
class Slice:
    """Days from `first` to `last`, both inside."""

    first: date
    last: date

    @property
    def days(self) -> list[date]:
        return [self.first + i * DAY for i in range((self.last - self.first).days + 1)]

    def halves(self) -> tuple["Slice", "Slice"]:
        """Two slices side by side; only for more than one day."""
        middle = self.first + (self.last - self.first) // 2
        return Slice(self.first, middle), Slice(middle + DAY, self.last)

    def since(self, day: date) -> "Slice":
        """The part that begins with `day`."""
        return Slice(max(day, self.first), self.last)


def build_slices(
    window: Window, zone: tzinfo, size: int, *, keep_days: int | None = None
) -> list[Slice]:
    """The window's finished days, oldest first, at most `size` days each.

    A day belongs to the window in which its date, taken as UTC midnight, lies; the day the window
    starts in counts too. Days that are not over yet in `zone` are left out: today's numbers would
    be taken for final.

    Args:
        zone: In which the source counts its days.
        keep_days: How far back the source answers; older days are left out, because its empty
            answers would delete what was loaded in time.

    Raises:
        ValueError: If the window has no start.
    """
    bounds = day_window(window)
    if bounds.start is None:
        raise ValueError("a report needs the first day")
    first = bounds.start.astimezone(UTC).date()
    last = utcnow().astimezone(zone).date() - DAY
    if bounds.end is not None:
        last = min(last, (bounds.end.astimezone(UTC) - timedelta(microseconds=1)).date())
    if keep_days is not None:
        first = max(first, utcnow().astimezone(zone).date() - timedelta(days=keep_days))
    found = []
    while first <= last:
        piece = Slice(first, min(last, first + (size - 1) * DAY))
        found.append(piece)
        first = piece.last + DAY
    return found


def slice_key(account: str, day: date) -> str:
    """What is deleted and inserted as one: `1234567890/2026-10-17`."""
    return f"{account}/{day.isoformat()}"


def build_complete(account: str, slices: Iterable[Slice]) -> tuple[str, ...]:
    """`Page.complete` of slices that were read to their end."""
    return tuple(slice_key(account, day) for piece in slices for day in piece.days)
