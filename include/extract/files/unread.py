"""What lies in a feed's folder and no stream reads, told instead of passed over."""

from collections.abc import Iterable, Sequence

from include.extract.files.folder import Folder, Found, packed
from include.extract.files.place import ZIP, is_no_data, matches, suffix_of
from include.extract.files.zipped import load_strangers

MANY_FILES = 10


def tell_unread(
    folder: Folder, patterns: Iterable[str], ignored: Sequence[str] = ()
) -> tuple[str, ...]:
    """One sentence about the files that match no pattern; none where there are none.

    Args:
        ignored: Patterns of files nobody wants to hear of.
    """
    known = (*patterns, *ignored)
    names = [
        file.name
        for file in folder.find(["**/*"])
        if not is_no_data(file.name, file.size)
        and not any(matches(file.name, pattern) for pattern in known)
    ]
    if not names:
        return ()
    return (
        f"files in the folder that no stream reads: {_listed(names)}. Check their names against "
        "the streams' `files`, or name them under option `ignore`.",
    )


def tell_strangers(folder: Folder, file: Found) -> tuple[str, ...]:
    """One sentence about a zip's members that are of no kind that is read.

    Raises:
        EltError: If it cannot be read.
    """
    if suffix_of(file.name) != ZIP:
        return ()
    with packed(folder, file) as place:
        names = load_strangers(place)
    if not names:
        return ()
    return (
        f"zip `{file.name}` holds files of a kind that is not read, which were left out: "
        f"{_listed(names)}.",
    )


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - MANY_FILES} more" if len(names) > MANY_FILES else ""
    return ", ".join(f"`{name}`" for name in names[:MANY_FILES]) + more
