"""A dbt that has started and read the project once, for all builds of a pytest process.

dbt's start and its reading of the project are 20 CPU seconds, a build of some models is five. Each
build runs in a fork of its own, so that none sees what another has left; what it does there is the
pipeline's `session_program`. Run by path in dbt's own environment.
"""

import gc
import importlib.util
import json
import os
import sys
from types import ModuleType
from typing import Any


def main(program_path: str) -> None:
    """Lines as the program takes them, with what `run_child` reads; answers exit codes."""
    program = load_program(program_path)
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # dbt talks while it reads the project
    parsed: dict[str, Any] = {}
    for line in sys.stdin:
        asked = json.loads(line)
        if not parsed:
            parsed["first"] = program.parse_shared(asked)
            # A child that looks for garbage among these objects copies their pages.
            gc.collect()
            gc.freeze()
        pid = os.fork()
        if pid == 0:
            run_child(program, asked, parsed["first"])
        _, status = os.waitpid(pid, 0)
        answers.write(f"{os.waitstatus_to_exitcode(status)}\n")
        answers.flush()


def run_child(program: ModuleType, asked: dict[str, Any], parsed: Any) -> None:
    """One build; never returns."""
    code = 2
    try:
        log = os.open(asked["log"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        for number in (1, 2):
            os.dup2(log, number)
        os.environ.update(asked["environment"])
        program.parse_shared = lambda _: parsed
        if not asked["keep_manifest"]:  # writing it takes three times as long as a small build
            parsed.result.write = lambda _: None
        code = program.run_one(asked, {})
    finally:
        sys.stdout.flush()
        os._exit(code)


def load_program(path: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location("session_program", path)
    assert spec
    assert spec.loader
    program = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(program)
    return program


if __name__ == "__main__":
    main(sys.argv[1])
