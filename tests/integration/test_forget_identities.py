"""An erased person is gone from the identities, too: evidence quotes names, numbers, addresses."""

import psycopg

from include.destinations.postgres.identity.tables import run_ensure_identity
from include.pipeline.fits.fit import run_ensure_all_fits
from include.pipeline.identity.kept import build_place
from tests.integration.test_forget import ANN, Shop, customer

OWN, NEIGHBOUR, FORM = "shopapi:shop:1", "shopapi:shop:2", "shopapi:shop:form 9"
CALLER = "calls:shop:caller +13035550101"
PEOPLE = (
    (OWN, "per_1", "same name `Name1`"),
    (FORM, "per_1", "similar name `Nam1`/`Name1`"),
    (CALLER, "per_1", "same phone `+13035550101`"),
    (NEIGHBOUR, "per_2", "no other record is like it"),
)
PAIRS = (
    (OWN, FORM, "similar name `Nam1`/`Name1`"),
    (NEIGHBOUR, "shopapi:shop:3", "similar name `Name2`/`Nam2`"),
    ("a:x:7", FORM, "other city, similar name `Nam1`/`Nahm`"),
)
REST = f"""
insert into {{id}}.attributes (kind, entity_id, attribute, value, record_id) values
('people', 'per_1', 'name', 'Name1', '{OWN}'), ('people', 'per_2', 'name', 'Name2', '{NEIGHBOUR}');
insert into {{id}}.shared_keys (kind, key_kind, value, records) values
('people', 'email', '{ANN}', 2), ('people', 'phone', '+1 303 555 0101', 2);
insert into {{id}}.changes (kind, change_id, at, what, entity_id, record_id, reason) values
('people', 'c1', now(), 'merge', 'per_1', '{FORM}', 'similar name `Nam1`');
"""


def test_evidence_about_the_person_goes_and_who_is_who_stays(warehouse: str) -> None:
    """The texts of pairs name what was compared; a neighbour's keep theirs, and facts their ids."""
    shop = Shop(warehouse)
    shop.load("customers", [customer(1, ANN), customer(2, "joann.smith@mail.example")])
    schema = f"{shop.case.tenant}_id"
    fitted = f"{shop.case.tenant}_fit.lifetime_predictions"
    with psycopg.connect(warehouse, autocommit=True) as connection:
        run_ensure_identity(connection, shop.case.tenant, None)
        for row in PEOPLE:
            people = "(record_id, person_id, confidence, how) values (%s, %s, 1, %s)"
            connection.execute(f"insert into {schema}.people {people}".encode(), row)
        for row in PAIRS:
            pairs = (
                "(kind, left_id, right_id, band, evidence) values ('people', %s, %s, 'accept', %s)"
            )
            connection.execute(f"insert into {schema}.pairs {pairs}".encode(), row)
        connection.execute(REST.format(id=schema).encode())
        kept = build_place(shop.case.tenant)
        kept.run_open(is_synced=False)
        kept.path.write_text(ANN)
        connection.execute(
            f"insert into {schema}.runs (kind, records, entities, base) values"
            " ('people', 4, 2, 'b1')".encode()
        )
        run_ensure_all_fits(connection, shop.case.tenant, None)
        for person in ("per_1", "per_2"):
            predicted = (
                f"insert into {shop.case.tenant}_fit.lifetime_predictions values (%s, 'USD')"
            )
            connection.execute(predicted.encode(), [person])
    report = shop.forget(ANN, phones=("(303) 555-0101",))
    text = shop.everything().replace("joann.smith@mail.example", "")
    for word in ("nam1", "name1", "ann.smith@", "3035550101", "555 0101"):
        assert word not in text, word
    assert shop.query(f"select record_id, person_id, how from {schema}.people order by 1") == [
        (OWN, "per_1", None),
        (NEIGHBOUR, "per_2", "no other record is like it"),
        (FORM, "per_1", None),
    ]
    assert shop.query(f"select base from {schema}.runs") == [(None,)]
    assert not kept.folder.exists()
    assert shop.query(f"select left_id from {schema}.pairs") == [(NEIGHBOUR,)]
    assert shop.query(f"select entity_id from {schema}.attributes") == [("per_2",)]
    assert report.deleted[f"{schema}.pairs"] == 2
    assert shop.query(f"select customer_id from {fitted}") == [("per_2",)]
    assert report.deleted[fitted] == 1
