"""What a load is to do, decided before anything is read."""

from dataclasses import dataclass, field

from include.config.connector_spec import Stream
from include.core.streams import RunKind, Window
from include.ledger.checkpoints import Checkpoint
from include.ledger.loads import LoadPlace
from include.load import parts
from include.load.parts import PartLimits
from include.load.policy import DEFAULT_POLICY, StreamPolicy


def is_complete_read(stream: Stream, window: Window, kind: RunKind) -> bool:
    """True when what was read is all there is, so that absence means something."""
    if stream.sweep is None or kind is RunKind.BACKFILL:
        return False
    return kind is RunKind.SWEEP or stream.cursor is None or window.start is None


@dataclass(frozen=True)
class LoadPlan:
    """What to load, for whom and why.

    Attributes:
        place: Whose load it is. Its window is what the pages hold, its `started_at` is written to
            `_loaded_at`.
        stream: As declared or, for detected streams, as discovered.
        cursor_after: Cursor to commit with the rows; None leaves the stored one alone.
        policy: What the tenant has decided about new fields and personal data.
        stateful: The position of a page is the stream's cursor.
        reads: Name of the read its checkpoints are kept under; None: committed in one part.
        resumes: Checkpoint the pages go on from.
        cursor_before: The stream's cursor when the window was chosen.
        is_full: The pages hold the whole stream, so their number is compared with the last read's.
        may_shrink: A person has accepted that much is gone.
        notices: Sentences for a person, kept with the books.
        can_reread: The source can read all of the stream again, with some columns as text.
        replayed: Ids of quarantined records, when these and nothing else are what the pages hold.
    """

    place: LoadPlace
    stream: Stream
    cursor_after: str | None = None
    policy: StreamPolicy = DEFAULT_POLICY
    replayed: tuple[int, ...] = ()
    stateful: bool = False
    reads: str | None = None
    resumes: Checkpoint | None = None
    cursor_before: str | None = None
    limits: PartLimits = field(default_factory=lambda: parts.LIMITS)
    is_full: bool = False
    may_shrink: bool = False
    notices: tuple[str, ...] = ()
    can_reread: bool = False

    @property
    def is_complete(self) -> bool:
        """What is read is all there is, so that absence means something."""
        return is_complete_read(self.stream, self.place.window, self.place.kind)

    @property
    def accepts_less(self) -> bool:
        """A person stands behind this load, so a much smaller read is taken as meant."""
        return self.may_shrink or self.place.kind is RunKind.MANUAL

    @property
    def comes_in_parts(self) -> bool:
        """Parts of a read that is to show what is gone would each show the other parts as gone."""
        sweep = self.stream.sweep
        absence_counts = sweep is not None and (sweep != "all" or self.is_complete)
        return (self.stateful or self.reads is not None) and not absence_counts
