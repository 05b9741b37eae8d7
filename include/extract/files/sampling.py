"""What the columns of one file look like, from its first records, and more where these leave doubt.

A date order or a decimal comma may be proven by the last line alone, so a column in doubt is looked
at to the end of its file.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from include.extract.files.formats.decide_types import decide_column
from include.extract.files.formats.detect_types import Seen, see_json, see_texts
from include.extract.files.formats.reader import Layout, Piece, read_pieces
from include.extract.files.place import Place

SAMPLE_RECORDS = 20_000


def load_seen(place: Place, layout: Layout) -> tuple[dict[str, Seen], Mapping[str, str]]:
    """Looks by column in file order, and the columns its headers were given.

    Raises:
        EltError: If the file cannot be read.
    """
    seen: dict[str, Seen] = {}
    given: Mapping[str, str] = layout.known
    room = SAMPLE_RECORDS
    wanted: Iterable[str] | None = None
    for piece in read_pieces(place, layout):
        given = {**given, **piece.given}
        if room > 0:
            _see_piece(seen, piece, room)
        else:
            wanted = [name for name in (wanted or seen) if _is_in_doubt(seen[name])]
            if not wanted or isinstance(piece.records, list):
                break
            _see_columns(seen, piece.records, wanted)
        room -= len(piece.records)
    return seen, given


def _see_piece(seen: dict[str, Seen], piece: Piece, room: int) -> None:
    records = piece.records
    if not isinstance(records, list):
        _see_columns(seen, records.slice(0, room), records.schema.names)
        if records.num_rows > room:
            doubtful = [name for name, one in seen.items() if _is_in_doubt(one)]
            _see_columns(seen, records.slice(room), doubtful)
        return
    values: dict[str, list[Any]] = {}
    for record in records[:room]:
        for key, value in record.items():
            values.setdefault(key, []).append(value)
    for name, some in values.items():
        _add(seen, name, see_json(some))


def _see_columns(seen: dict[str, Seen], table: Any, names: Iterable[str]) -> None:
    for name in names:
        _add(seen, name, see_texts(table.column(name).unique().to_pylist()))


def _add(seen: dict[str, Seen], name: str, looks: Seen) -> None:
    seen[name] = seen.get(name, Seen()) | looks


def _is_in_doubt(looks: Seen) -> bool:
    return decide_column(looks).doubt is not None and not looks.is_mixed
