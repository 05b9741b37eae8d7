"""Runs in dbt's own environment: builds that come in as lines, one after the other, in one process.

A line is JSON: `globals` and `options` of the command line, `build` its own words, `results` the
file for run_results.json. The project is parsed once for all builds with the same options. dbt says
what it does on standard output; `{"elt_ended": <exit code>}` is ours.
"""

import json
import sys
from typing import Any

from dbt.cli.main import dbtRunner


def main() -> None:
    """Until there are no more lines."""
    manifests: dict[str, Any] = {}
    for line in sys.stdin:
        code = run_one(json.loads(line), manifests)
        say(json.dumps({"elt_ended": code}))


def run_one(asked: dict[str, Any], manifests: dict[str, Any]) -> int:
    """dbt's exit code of one build; `manifests` keeps what was parsed."""
    before, options = asked["globals"], asked["options"]
    key = json.dumps([before, options])
    if key not in manifests:
        parsed = dbtRunner().invoke([*before, "parse", *options])
        if not parsed.success:
            return build_code(parsed)
        manifests[key] = parsed.result
    # manifest.json is written by the parse; dbt would write it again, half a second each time.
    words = [*before, "--no-write-json", *asked["build"], *options]
    done = dbtRunner(manifest=manifests[key]).invoke(words)
    if hasattr(done.result, "write"):
        done.result.write(asked["results"])
    return build_code(done)


def build_code(done: Any) -> int:
    """As the command line would answer: 1 for nodes that failed, 2 for what dbt could not do."""
    if done.exception is not None:
        say(str(done.exception))
        return 2
    return 0 if done.success else 1


def say(line: str) -> None:
    """One line, at once: somebody waits for it."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
