"""No connector has a column that speaks of a person and does not say so."""

import pytest

from include.config.connector_spec import Stream
from include.config.personal_words import looks_personal
from tests.shipped import load_known_connectors

CONNECTORS = load_known_connectors()
STREAMS = [
    pytest.param(stream, id=f"{connector.connector}.{name}")
    for connector in CONNECTORS.values()
    for name, stream in connector.streams.items()
]
# A business's own doors, and companies: no person is known by these.
NO_PERSON = {
    "attio.companies": {"location_postcode"},
    "callrail.calls": {"business_phone_number", "tracking_phone_number"},
    "coresignal.companies": {
        "company_legal_name", "hq_full_address", "hq_street", "hq_zipcode",
        "locations.location_address",
    },
    "shopify.locations": {"address1", "zip"},
    "shopify.products": {"category_name"},  # path `category.fullName`
    "square.locations": {"address_line_1", "postal_code"},
}  # fmt: skip


def unmarked(stream: Stream) -> set[str]:
    tables = [("", stream.columns)]
    tables += [(f"{name}.", child.columns) for name, child in stream.children.items()]
    return {
        f"{prefix}{name}"
        for prefix, columns in tables
        for name, column in columns.items()
        if not column.pii and column.type in ("text", "json", "date")
        if looks_personal(name) or looks_personal(column.path or name)
    }


@pytest.mark.parametrize("stream", STREAMS)
def test_personal_columns_are_marked(stream: Stream, request: pytest.FixtureRequest) -> None:
    place = request.node.callspec.id
    found = unmarked(stream) - NO_PERSON.get(place, set())
    assert not found, (
        f"mark `pii: true`, or name them in NO_PERSON with the reason: {sorted(found)}"
    )


def test_an_unmarked_email_is_found() -> None:
    columns = {"id": "text", "contact": {"type": "text", "path": "contact.email"}, "n": "int"}
    stream = Stream.model_validate({"primary_key": ["id"], "columns": columns})
    assert unmarked(stream) == {"contact"}


def test_exceptions_name_columns_that_are_there() -> None:
    for place, names in NO_PERSON.items():
        connector, stream = place.split(".")
        assert names <= unmarked(CONNECTORS[connector].streams[stream]), place
