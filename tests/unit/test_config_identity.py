"""The block `identity`: its settings stop a broken file, its decisions never do."""

from datetime import date

import pytest

from include.commands.look.categories import build_table
from include.config.load import load_platform
from include.config.settings import Settings
from include.config.tenant.identity import CategoryName, Override
from include.destinations.postgres.identity.decisions import build_override_id
from tests.unit.test_config_load import TENANT, messages, settings, write

__all__ = ("settings",)

GOOD = """identity:
  overrides:
    - must_link: ["till:till:1", "shop:web:2"]
      who: ann
      why: married in May
      at: 2026-05-03
"""


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        (
            "{acept: 0.5}",
            "shop.yaml:9: `identity.acept` is not a known key. Did you mean `accept`?",
        ),
        ("{accept: 0.5, review: 0.8}", "`review` is 0.8 and `accept` 0.5. Expected `review` to be"),
        ("{accept: 1.5}", "`identity.accept` is `1.5`: input should be less than or equal to 1"),
        ("{region: usa}", "`identity.region` is `usa`: string should match"),
        (
            "{survivorship: {phone: most_recnt}}",
            "`identity.survivorship.phone` is `most_recnt`. Expected `most_recent`",
        ),
        ("{survivorship: {phon: most_recent}}", "Did you mean `phone`?"),
    ],
)
def test_a_mistake_in_the_settings_names_its_line_and_the_remedy(
    settings: Settings, block: str, expected: str
) -> None:
    write(settings, f"{TENANT}identity: {block}\n")
    assert any(expected in message for message in messages(settings)), messages(settings)
    assert load_platform(settings).broken == ("shop",)


def test_decisions_are_read(settings: Settings) -> None:
    write(settings, TENANT + GOOD)
    (tenant,) = load_platform(settings).tenants
    (one,) = tenant.overrides or ()
    assert (one.verdict, one.records) == ("must_link", ("till:till:1", "shop:web:2"))
    assert (one.kind, one.who, one.at) == ("people", "ann", date(2026, 5, 3))


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (("must_link", "must_lnk"), "shop.yaml:11: identity.overrides, decision 1: `must_lnk` is"),
        (("      why: married in May\n", ""), "decision 1: `why` is missing. Add it."),
        (("shop:web:2", "2"), "shop.yaml:11: identity.overrides, decision 1: `must_link.1` is `2`"),
        (("shop:web:2", "till:till:1"), "both records are the same one. Expected two"),
        (("who: ann", 'cannot_link: ["a:b:1", "a:b:2"]\n      who: ann'), "exactly one of"),
        (("    - must_link", "      must_link"), "`identity.overrides` is no list. Expected one"),
    ],
)
def test_a_broken_list_of_decisions_stops_nothing_and_is_told(
    settings: Settings, change: tuple[str, str], expected: str
) -> None:
    """A slip in one decision took all of a tenant's feeds off the air, or undid the other ones."""
    assert change[0] in GOOD
    write(settings, TENANT + GOOD.replace(*change, 1))
    platform = load_platform(settings)
    assert [tenant.id for tenant in platform.tenants] == ["shop"]
    assert platform.broken == ()
    assert platform.tenants[0].overrides is None
    (told,) = {str(one) for one in platform.problems if expected in str(one)}
    assert told.endswith("the decisions of the last good list stay in force.")


def test_a_decision_has_one_id_wherever_it_stands() -> None:
    pair = ("till:till:1", "shop:web:2")
    one = Override(must_link=pair, who="ann", why="x")
    same = Override(must_link=pair[::-1], who="bob", why="y")
    other = Override(cannot_link=pair, who="ann", why="x")
    assert build_override_id(one) == build_override_id(same) != build_override_id(other)


def test_a_category_file_is_read_with_its_decided_rows_alone(settings: Settings) -> None:
    """Semicolons and a byte order mark are a spreadsheet's; an empty name is no decision."""
    write(settings, TENANT)
    rows = "\ufeffcategory;feed;source_connector;source_category;products\n"
    rows += "Tees;web;shop;T-Shirts;3\n;web;shop;Hats;1\n;;;;\n"
    (settings.tenants_dir / "shop.categories.csv").write_text(rows, encoding="utf-8")
    (tenant,) = load_platform(settings).tenants
    assert tenant.categories == (CategoryName("shop", "web", "T-Shirts", "Tees"),)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("a,b\n", "shop.categories.csv:1: lacks the column `source_connector`"),
        ("{head}shop,,Hats,Caps\n", "shop.categories.csv:2: `feed` is empty"),
        (
            "{head}s,w,Hats,Caps\ns,w,Hats,Lids\n",
            "shop.categories.csv:3: names `Hats` of `w` `Lids`",
        ),
        ('{head}s,w,"Hats,Caps\n', "is no CSV"),
        ("{head}s,w,Caf\udce9,Food\n", "shop.categories.csv:2: is no UTF-8"),
    ],
)
def test_a_broken_category_file_stops_nothing_and_says_where(
    settings: Settings, body: str, expected: str
) -> None:
    write(settings, TENANT)
    text = body.replace("{head}", "source_connector,feed,source_category,category\n")
    path = settings.tenants_dir / "shop.categories.csv"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    platform = load_platform(settings)
    (tenant,) = platform.tenants
    assert tenant.categories is None and not platform.broken
    (said,) = messages(settings)
    assert expected in said and "the last good list stays in force" in said


def test_the_map_shows_what_is_decided_and_what_is_suggested() -> None:
    rows = [
        ("qb", "books", "Apparel", None, "Tees", 2 / 3, 3),
        ("qb", "books", "Rest", "Old", None, 0.0, 1),
    ]
    table = build_table(rows, [CategoryName("qb", "books", "Rest", "Other")])
    told = [(one["category"], one["suggested"], one["confidence"]) for one in table]
    assert told == [(None, "Tees", 0.67), ("Other", None, None)]
