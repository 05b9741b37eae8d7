"""What an erasure does about a person's name, and what it says it did not do."""

from include.pipeline.forget.find import find_full_names
from tests.integration import dbt_project
from tests.integration.test_forget import ANN, Shop, customer, sale

NAME = "Ann Canary-Smith"


def test_a_full_name_goes_with_the_persons_rows_and_is_reported_elsewhere(warehouse: str) -> None:
    """`PrintOnCheckName` and `CustomerRef.name` stayed, and the report called the search clean."""
    shop = Shop(warehouse)
    shop.load(
        "customers",
        [
            customer(1, ANN, name=NAME, PrintOnCheckName=NAME),
            customer(2, "bob@mail.example", name="Bob Canary-Smith"),
        ],
    )
    shop.load(
        "orders",
        [
            sale(10, 1, CustomerRef={"name": NAME}, memo="for ANN  canary-smith"),
            sale(11, 2, remark=f"asked for {NAME}"),
        ],
    )
    report = shop.forget(ANN)
    assert shop.everything().count("ann canary") == 1
    assert shop.everything().count("ann  canary") == 0
    assert "bob canary-smith" in shop.everything()
    (place,) = report.names_left
    assert place.endswith("_raw_shopapi.orders.remark") and report.names_left[place] == 1


def test_quickbooks_holds_no_name_of_a_forgotten_person(warehouse: str) -> None:
    """The vendor's own records: `PrintOnCheckName` and `CustomerRef.name` outlived the person."""
    books = Shop(warehouse, connector=dbt_project.connectors()["quickbooks"])
    at = {"CreateTime": "2025-01-01T00:00:00Z", "LastUpdatedTime": "2025-01-01T00:00:00Z"}
    person = {"DisplayName": "Ann Example", "PrintOnCheckName": "Ann Example", "Active": True}
    books.load(
        "customers",
        [
            {"Id": "17", "SyncToken": "0", "MetaData": at} | person
            | {"PrimaryEmailAddr": {"Address": "ann@example.com"}}
        ],
    )  # fmt: skip
    books.load(
        "invoices",
        [
            {"Id": "119", "SyncToken": "0", "MetaData": at, "TotalAmt": 10.0, "Line": []}
            | {"CustomerRef": {"value": "17", "name": "Ann Example"}}
        ],
    )
    assert "ann example" in books.everything()
    books.forget("ann@example.com")
    assert "ann example" not in books.everything()


def test_one_word_or_a_company_is_nobodys_full_name() -> None:
    assert find_full_names({"name": "Ann", "company_name": "Acme Outdoor Inc"}) == set()
    assert find_full_names({"first_name": "Ann", "last_name": "Canary"}) == {"ann canary"}
    assert find_full_names({"customer_name": " Ann  Canary "}) == {"ann canary"}
