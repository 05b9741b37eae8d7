"""The block `identity` of a tenant file: when two records are one person, and who said so."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from include.config.spec import Snake, Spec

Kind = Literal["people", "companies", "products"]
Rule = Literal["most_recent", "most_complete", "source_order"]
Attribute = Literal[
    "*", "name", "first_name", "last_name", "company_name", "email", "phone", "address_line",
    "city", "region", "postal_code", "country", "domain", "sku", "title", "category", "price",
]  # fmt: skip
RecordId = Annotated[str, Field(min_length=5, max_length=500, pattern=r"^[a-z0-9_]+:[a-z0-9_]+:.+")]
Words = Annotated[str, Field(min_length=1, max_length=500)]


class Identity(Spec):
    """Thresholds and rules; every default was learned on labelled sets, none on the demo's data.

    `overrides` is checked by itself (`resolve_overrides`): what is wrong in there stops no feed.
    """

    accept: float = Field(
        0.9, gt=0, le=1, description="Pairs at least this probable are one without asking."
    )
    review: float = Field(
        0.6, gt=0, le=1, description="Pairs between this and `accept` wait for a person."
    )
    region: str = Field(
        "US",
        pattern="^[A-Z]{2}$",
        description="Country (ISO 3166) whose phone numbers are written without its code.",
    )
    survivorship: dict[Attribute, Rule] = Field(
        {},
        description="Attribute -> which record's value survives: most_recent, most_complete or "
        "source_order; `*` for all others.",
    )
    source_order: tuple[Snake, ...] = Field(
        (), description="Connectors, the most trusted first; for the rule source_order."
    )
    overrides: Any = Field((), description="What a person decided; see docs/identity.md.")

    @model_validator(mode="after")
    def _check_order(self) -> Self:
        if self.review > self.accept:
            raise ValueError(
                f"`review` is {self.review:g} and `accept` {self.accept:g}. Expected `review` to "
                "be the lower one"
            )
        return self


class Override(Spec):
    """One decision of a person about two records; stronger than anything computed."""

    must_link: tuple[RecordId, RecordId] | None = Field(
        None, description="Ids of two records that are one: <connector>:<feed>:<id>."
    )
    cannot_link: tuple[RecordId, RecordId] | None = Field(
        None, description="Ids of two records that are never one."
    )
    kind: Kind = Field("people", description="What the records are of.")
    who: Words = Field(description="Who decided.")
    why: Words = Field(description="Why, in words.")
    at: datetime | date | None = Field(None, description="When it was decided.")

    @model_validator(mode="after")
    def _check_verdict(self) -> Self:
        if (self.must_link is None) == (self.cannot_link is None):
            raise ValueError("expected exactly one of `must_link` and `cannot_link`")
        if len(set(self.records)) == 1:
            raise ValueError("both records are the same one. Expected two")
        return self

    @property
    def verdict(self) -> Literal["must_link", "cannot_link"]:
        return "must_link" if self.must_link else "cannot_link"

    @property
    def records(self) -> tuple[str, str]:
        found = self.must_link or self.cannot_link
        assert found is not None
        return found


@dataclass(frozen=True, slots=True, order=True)
class CategoryName:
    """What a feed's category is called in all marts."""

    source_connector: str
    feed: str
    source_category: str
    category: str
