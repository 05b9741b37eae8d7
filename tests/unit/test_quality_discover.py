"""Check files: a good one becomes a check, a bad one becomes problems with lines and guesses."""

from pathlib import Path

from include.config.connector_spec import Connector
from include.quality.check import Check, Dimension, Origin, Severity
from include.quality.discover import load_feed_checks, load_mart_checks, load_tenant_checks
from tests.unit.feed_maker import build_feed, build_tenant

STRIPE = Connector.model_validate(
    {
        "connector": "stripe",
        "title": "S",
        "kind": "files",
        "streams": {"charges": {"primary_key": ["id"], "columns": {"id": "text"}}},
    }
)

GOOD = """\
-- check: total_adds_up
-- severity: error
-- stream: orders
-- why: A total that differs from its parts
--   means: a part was read wrongly.

select id as bad_key from {schema}.orders where _feed = {feed} and total <> net + tax;
"""


def _write(folder: Path, text: str, name: str = "a.sql") -> Path:
    path = folder / "shop" / "checks" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_a_good_file_becomes_a_check(tmp_path: Path) -> None:
    path = _write(tmp_path, GOOD)
    checks, problems = load_feed_checks(tmp_path, "shop")
    assert problems == []
    assert checks == [
        Check(
            name="total_adds_up",
            severity=Severity.ERROR,
            sql="select id as bad_key from {schema}.orders where _feed = {feed} "
            "and total <> net + tax",
            why="A total that differs from its parts means: a part was read wrongly.",
            stream="orders",
            tables=("orders",),
            path=path,
            origin=Origin.FILE,
        )
    ]


def test_every_problem_of_a_file_is_told_at_once(tmp_path: Path) -> None:
    text = GOOD.replace("severity: error", "severity: eror").replace("bad_key", "id")
    text = text.replace("{schema}", "{shcema}").replace(
        "-- stream: orders\n", "-- streem: orders\n"
    )
    _write(tmp_path, text)
    checks, problems = load_feed_checks(tmp_path, "shop")
    assert checks == []
    assert [(p.line, p.message) for p in problems] == [
        (1, "has no line `-- stream: ...` above its SQL. Add it."),
        (
            3,
            "`streem` is not a known header. Did you mean `stream`? "
            "Known: check, severity, stream, why.",
        ),
        (2, "`severity` is `eror`. Expected one of: error, warn, info. Did you mean `error`?"),
        (7, "selects no `bad_key`. Expected the key of a bad row under that name."),
        (
            7,
            "`{shcema}` is not a placeholder here. Did you mean `schema`? Known: {feed}, {schema}.",
        ),
    ]


def test_two_statements_and_no_statement_are_refused(tmp_path: Path) -> None:
    _write(tmp_path, GOOD + "delete from orders;", "a.sql")
    _write(tmp_path, GOOD.split("\n\n")[0], "b.sql")
    checks, problems = load_feed_checks(tmp_path, "shop")
    assert checks == []
    assert [(p.path.name, p.message) for p in problems] == [
        ("a.sql", "holds several statements. Expected one select."),
        ("b.sql", "has no SQL below its header."),
    ]


def test_a_name_is_taken_once(tmp_path: Path) -> None:
    _write(tmp_path, GOOD, "a.sql")
    _write(tmp_path, GOOD, "b.sql")
    checks, problems = load_feed_checks(tmp_path, "shop")
    assert [c.name for c in checks] == ["total_adds_up"]
    assert [p.message for p in problems] == ["a second check `total_adds_up`. Choose another name."]


def test_a_bad_file_hides_no_good_one(tmp_path: Path) -> None:
    _write(tmp_path, "\x00", "a.sql")
    (tmp_path / "shop" / "checks" / "b.sql").write_bytes(b"\xff\xfe")
    _write(tmp_path, GOOD, "c.sql")
    checks, problems = load_feed_checks(tmp_path, "shop")
    assert [c.name for c in checks] == ["total_adds_up"]
    assert {p.path.name for p in problems} == {"a.sql", "b.sql"}


def test_mart_checks_name_the_tables_they_need(tmp_path: Path) -> None:
    (tmp_path / "x.sql").write_text(
        "-- check: no_orphans\n-- severity: warn\n-- needs: fct_orders, dim_customers\n"
        "-- why: An order without its customer.\n"
        "select order_id as bad_key from {mart}.fct_orders\n"
    )
    checks, problems = load_mart_checks(tmp_path)
    assert problems == []
    assert [(c.stream, c.tables) for c in checks] == [(None, ("fct_orders", "dim_customers"))]


def test_a_connector_without_checks_has_none(tmp_path: Path) -> None:
    assert load_feed_checks(tmp_path, "shop") == ([], [])


OWN = """\
-- check: gifts_are_free
-- severity: info
-- dimension: consistency
-- why: A gift has a price.
select id as bad_key from {raw_stripe}.charges where amount > 0 and exists (select 1 from {mart}.m)
"""


def test_a_tenants_own_file_reads_raw_tables_and_marts(tmp_path: Path) -> None:
    tenant = build_tenant("acme")
    object.__setattr__(tenant, "feeds", (build_feed(STRIPE),))
    (tmp_path / "acme").mkdir()
    path = tmp_path / "acme" / "gifts.sql"
    path.write_text(OWN)
    (check,), problems = load_tenant_checks(tenant, tmp_path)
    assert problems == []
    assert (check.tables, check.dimension, check.severity) == (
        (),
        Dimension.CONSISTENCY,
        Severity.INFO,
    )
    path.write_text(OWN.replace("raw_stripe", "raw_strype").replace("consistency", "consistence"))
    checks, problems = load_tenant_checks(tenant, tmp_path)
    assert checks == []
    assert ["Did you mean" in problem.message for problem in problems] == [True, True]
    assert load_tenant_checks(tenant, tmp_path / "nowhere") == ([], [])
