"""How the pages of a REST source are found. Words, not expressions."""

from typing import Literal

from pydantic import Field, model_validator

from include.config.spec import Spec

# A page number or an offset names another record as soon as one before it comes or goes.
RESUMABLE_KINDS = ("cursor", "last_id", "next_url", "link_header")


class Paginator(Spec):
    """How the next page is found. Words, not expressions."""

    kind: Literal["single", "cursor", "last_id", "page_number", "offset", "next_url", "link_header"]
    size: int | None = Field(None, gt=0, description="Records asked for per page.")
    size_param: str | None = None
    param: str | None = Field(None, description="Request parameter that carries the position.")
    next_path: str | None = Field(None, description="Where the answer holds the next position.")
    more_path: str | None = Field(None, description="Where the answer says that more follows.")
    last_path: str | None = Field(
        None, description="page_number: where the answer holds the number of the last page."
    )
    total_path: str | None = Field(
        None,
        description="Where the answer says how many records the whole list has: a page cut short "
        "is then asked for again, and a list that ends too early is not believed.",
    )
    overlap: bool = Field(
        False,
        description="offset: each page begins with the last record of the page before, so that a "
        "list that shifts while it is read is noticed and read again.",
    )
    resumable: bool = Field(
        False,
        description="cursor, last_id, next_url, link_header: the position stays valid for hours "
        "and the list keeps its order, so a read that broke off goes on there.",
    )

    @model_validator(mode="after")
    def _fits_its_kind(self) -> "Paginator":
        if self.overlap and self.kind != "offset":
            raise ValueError("`overlap` belongs to kind offset")
        if self.last_path and self.kind != "page_number":
            raise ValueError("`last_path` belongs to kind page_number")
        if self.resumable and self.kind not in RESUMABLE_KINDS:
            raise ValueError(f"`resumable` belongs to kinds {', '.join(RESUMABLE_KINDS)}")
        return self
