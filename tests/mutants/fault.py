"""One fault made by hand: what it changes, and which tests must find it."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Fault:
    """A change of one place that no test may let through.

    Attributes:
        name: What goes wrong under it, in few words.
        path: File it changes, from the repository's root.
        old: Text that stands in the file exactly once.
        new: What stands there instead.
        tests: Arguments of pytest: the tests of which one at least must fail.
    """

    name: str
    path: str
    old: str
    new: str
    tests: tuple[str, ...]

    def line(self, root: Path) -> int:
        """Number of the line it changes.

        Raises:
            ValueError: The old text is gone or stands there twice: the list has rotted.
        """
        text = (root / self.path).read_text()
        if text.count(self.old) != 1:
            raise ValueError(
                f"{self.path}: `{self.old}` of fault `{self.name}` stands there "
                f"{text.count(self.old)} times. Expected once. Rewrite the fault."
            )
        return text[: text.index(self.old)].count("\n") + 1

    def run_apply(self, root: Path) -> None:
        """Break the file below this root."""
        self.line(root)
        path = root / self.path
        path.write_text(path.read_text().replace(self.old, self.new))
