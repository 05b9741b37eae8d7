"""`who`: everything sources know of one person, why it was joined, and what nearly was."""

from dataclasses import dataclass
from typing import Annotated, Any

import typer

from include.commands.frame.arguments import Json
from include.commands.frame.choose import choose_tenant
from include.commands.frame.complete import complete_tenant
from include.commands.frame.declare import Action
from include.commands.screen.output import complain, say, say_json
from include.commands.screen.tables import say_table
from include.config.load import load_platform

NOBODY = 1
RECORDS = ("record", "name", "e-mail", "phone", "city", "sure", "why it is this person")
NEARLY = ("record", "nearly", "who is", "score", "", "why")


@dataclass(frozen=True)
class Arguments:
    tenant: Annotated[
        str,
        typer.Argument(metavar="TENANT", help="The tenant's id.", autocompletion=complete_tenant),
    ]
    word: Annotated[
        str,
        typer.Argument(
            metavar="WHO", help="E-mail address, phone number, name, or a record's or person's id."
        ),
    ]
    json: Json = False


def run(arguments: Arguments) -> int:
    # The driver is imported here: `who --help` must not pay for it.
    from include.commands.frame.connect import load_warehouse
    from include.pipeline.health.identities import fetch_who

    tenant = choose_tenant(load_platform(), arguments.tenant)
    found = fetch_who(load_warehouse(tenant), tenant.id, arguments.word.strip())
    people = found["people"] if found else []
    if arguments.json:
        say_json(found or {"people": [], "more": 0})
    elif found is None:
        complain(f"{tenant.id}: nothing is resolved yet. Run `elt run --tenant {tenant.id}`.")
    elif not people:
        complain(f"{tenant.id}: no source knows `{arguments.word}`.")
    else:
        for person in people:
            _say(person)
        if found["more"]:
            say(f"{found['more']} more people are meant by it; say more of the name")
    return 0 if people else NOBODY


def _say(person: dict[str, Any]) -> None:
    records = person["records"]
    sources = len({record["source"] for record in records})
    count = f"{len(records)} record{'s' * (len(records) != 1)} of {sources}"
    say(f"{person['name'] or 'no name'}  {person['person_id']}  ({count} sources)")
    rows = [
        (
            record["record_id"],
            record["name"],
            record["email"],
            record["phone"],
            record["city"],
            f"{record['confidence']:.3f}",
            record["how"] or "not resolved yet",
        )
        for record in records
    ]
    say_table(RECORDS, rows, spare=("city", "phone"))
    if person["nearly"]:
        say()
        say("nearly joined, and not:")
        nearly = [
            (
                pair["record_id"],
                pair["other_id"],
                pair["other"],
                None if pair["score"] is None else f"{pair['score']:.3f}",
                pair["band"],
                pair["evidence"],
            )
            for pair in person["nearly"]
        ]
        say_table(NEARLY, nearly, spare=("who is",))
    say()


COMMAND = Action(
    run,
    Arguments,
    "Every record of one person in all sources, why it was joined, and what was nearly joined.\n\n"
    "Ends with 1 when nobody is meant. A wrong join is undone, and a missing one made, under "
    "`identity: overrides:` in the tenant's file.",
    (
        "elt who acme jane@mail.example",
        'elt who acme "+1 303 555 0100" --json',
        "elt who acme shopify:shopify:gid://shopify/Customer/17",
    ),
)
