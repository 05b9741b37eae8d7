"""`validate`: every problem of every file in one report."""

from collections import Counter
from dataclasses import dataclass

from include.commands.frame.arguments import Json
from include.commands.frame.declare import Action
from include.commands.screen.output import complain, say, say_json
from include.commands.steps.concept_problems import load_concept_problems
from include.config.load import load_platform
from include.config.models import Platform, Problem
from include.config.settings import Settings, load_settings
from include.quality.discover import load_feed_checks, load_mart_checks

HAS_PROBLEMS = 1


@dataclass(frozen=True)
class Arguments:
    json: Json = False


def run(arguments: Arguments) -> int:
    settings = load_settings()
    platform = load_platform(settings)
    checks, problems = _load_checks(platform, settings)
    concepts = load_concept_problems(platform.connectors, settings)
    problems = [*platform.problems, *concepts, *problems]
    if arguments.json:
        say_json(
            [
                {"path": settings.shown(p.path), "line": p.line, "message": p.message}
                for p in problems
            ]
        )
        return HAS_PROBLEMS if problems else 0
    for problem in problems:
        place = settings.shown(problem.path) + (f":{problem.line}" if problem.line else "")
        say(f"{place}: {problem.message}")
    if problems:
        _summarise(problems, platform)
        return HAS_PROBLEMS
    streams = sum(len(feed.streams) for feed in platform.feeds)
    say(
        f"ok: {len(platform.tenants)} tenants, {len(platform.feeds)} feeds, {streams} streams, "
        f"{len(platform.connectors)} connectors, {checks} checks; schedules are in UTC"
    )
    return 0


def _load_checks(platform: Platform, settings: Settings) -> tuple[int, list[Problem]]:
    """How many check files are valid, and what is wrong with the others."""
    found, problems = load_mart_checks()
    count = len(found)
    for connector in sorted(platform.connectors):
        found, more = load_feed_checks(settings.connectors_dir, connector)
        count += len(found)
        problems = [*problems, *more]
    return count, problems


def _summarise(problems: list[Problem], platform: Platform) -> None:
    per_file = Counter(str(problem.path) for problem in problems)
    complain(f"{len(problems)} problems in {len(per_file)} files.")
    if platform.broken:
        complain(
            f"Tenants not loaded: {', '.join(platform.broken)}. The other "
            f"{len(platform.tenants)} are untouched."
        )


COMMAND = Action(
    run,
    Arguments,
    "Check every tenant, connector and check file; one report with file and line.\n\n"
    "Ends with 1 when there are problems. Schedules are read as UTC.",
    ("elt validate", "elt validate --json"),
)
