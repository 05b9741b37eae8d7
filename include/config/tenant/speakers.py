"""A tenant's `revenue` block against its feeds: names that nobody has, or that say nothing."""

from include.config.explain import did_you_mean
from include.config.models import Feed, Problem, TenantFile
from include.config.tenant.revenue import ROLES, Speaker
from include.config.yaml_file import YamlFile

# Concepts whose amounts are added up.
ADDED_UP = frozenset({"orders", "payments", "refunds"})


def build_speakers(feeds: list[Feed] | tuple[Feed, ...]) -> list[Speaker]:
    """The enabled feeds that have orders, payments or refunds, as folding sees them."""
    return [
        Speaker(
            connector=feed.connector.connector,
            feed=feed.name,
            role=feed.connector.speaks_for,
            books=feed.connector.books,
            is_export=feed.connector.kind == "files",
            is_generic=feed.connector.streams_from_feed,
        )
        for feed in feeds
        if feed.enabled and ADDED_UP & _concepts_of(feed)
    ]


def _concepts_of(feed: Feed) -> set[str]:
    """Those of its connector and those the tenant's file maps its own streams to."""
    return {*feed.concepts, *(mapping.concept for mapping in feed.concept_maps)}


def check_revenue(
    spec: TenantFile, feeds: list[Feed], file: YamlFile, problems: list[Problem]
) -> None:
    """Every name is a feed or connector of this tenant that has orders, and has one role."""
    speakers = build_speakers([feed for feed in feeds if feed.enabled])
    known = {one.feed for one in speakers} | {one.connector for one in speakers}
    silent = {feed.name for feed in feeds} | {feed.connector.connector for feed in feeds}
    _check_same_books(spec, speakers, file, problems)
    roles: dict[str, str] = {}
    for role in ROLES:
        for index, name in enumerate(getattr(spec.revenue, role)):
            line = file.line(("revenue", role, index))
            if name not in known:
                why = "feeds no orders" if name in silent else "is no feed of this tenant"
                listed = ", ".join(sorted(known)) or "none"
                message = f"`revenue.{role}`: `{name}` {why}.{did_you_mean(name, known)}"
                problems.append(Problem(file.path, line, f"{message} Feeds with orders: {listed}."))
            elif name in roles:
                message = f"`revenue.{role}`: `{name}` is in `{roles[name]}`, too. Name it once."
                problems.append(Problem(file.path, line, message))
            else:
                roles[name] = role


def _check_same_books(
    spec: TenantFile, speakers: list[Speaker], file: YamlFile, problems: list[Problem]
) -> None:
    """Both sides are this tenant's: a slip would count every document twice."""
    feeds = {one.feed for one in speakers}
    books = {one.books for one in speakers if one.books}
    for feed, name in spec.revenue.same_books.items():
        line = file.line(("revenue", "same_books", feed))
        for word, known, what in (
            (feed, feeds, "feeds no orders, payments or refunds of this tenant"),
            (name, books, "are books that no feed of this tenant reads"),
        ):
            if word not in known:
                listed = ", ".join(sorted(known)) or "none"
                message = f"`revenue.same_books`: `{word}` {what}.{did_you_mean(word, known)}"
                problems.append(Problem(file.path, line, f"{message} Expected one of: {listed}."))
