"""`python -m include.local.pin`: every image by its digest, every action by its commit.

A tag can be moved by whoever owns it. Registries are asked from here, so it is for a machine that
reaches them (docker with buildx, git). The tag stays beside the digest; again moves both on.
"""

import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from include.config.settings import load_settings
from include.core.errors import ConfigError, UpstreamUnavailable

Ask = Callable[[Sequence[str]], str]
FILES = ("Dockerfile", "docker-compose.yaml", ".github/workflows/ci.yml")
LOCAL = ":local"
_IMAGE = re.compile(
    r"^(?P<head>(?:FROM|\s+image:) +)(?P<name>[^\s@]+)(?:@sha256:\w+)?(?P<tail>.*)$"
)
_ACTION = re.compile(
    r"^(?P<head>\s+(?:- )?uses: +)(?P<name>[^\s@]+)@(?P<ref>\S+)(?: # (?P<tag>\S+))?$"
)
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_COMMIT = re.compile(r"[0-9a-f]{40}")
LONGEST_S = 120


def run_pin(root: Path, ask: Ask) -> list[str]:
    """Rewrite the files; what each image and action was pinned to.

    Raises:
        UpstreamUnavailable: A registry did not say; no file was changed.
    """
    known: dict[str, str] = {}
    paths = [root / name for name in FILES if (root / name).is_file()]
    texts = {
        path: "".join(_pin_line(line, known, ask) for line in path.read_text().splitlines(True))
        for path in paths
    }
    for path, text in texts.items():
        path.write_text(text)
    return [f"{what} is {where}" for what, where in sorted(known.items())]


def _pin_line(line: str, known: dict[str, str], ask: Ask) -> str:
    text, end = line.rstrip("\n"), line[len(line.rstrip("\n")) :]
    if (found := _IMAGE.match(text)) and not found["name"].endswith(LOCAL):
        name = found["name"]
        if name not in known:
            known[name] = fetch_digest(name, ask)
        return f"{found['head']}{name}@{known[name]}{found['tail']}{end}"
    if found := _ACTION.match(text):
        tag = found["tag"] or found["ref"]
        what = f"{found['name']}@{tag}"
        if what not in known:
            known[what] = fetch_commit(found["name"], tag, ask)
        return f"{found['head']}{found['name']}@{known[what]} # {tag}{end}"
    return line


def fetch_digest(image: str, ask: Ask) -> str:
    """Digest of the index, which covers every platform."""
    template = "{{.Manifest.Digest}}"
    said = ask(("docker", "buildx", "imagetools", "inspect", image, "--format", template)).strip()
    if not _DIGEST.fullmatch(said):
        raise UpstreamUnavailable(
            f"the registry named no digest of `{image}`. Nothing was changed."
        )
    return said


def fetch_commit(action: str, tag: str, ask: Ask) -> str:
    """The commit a tag stands for; of an annotated one that is the line that ends in `^{}`."""
    repository = "/".join(action.split("/")[:2])
    url = f"https://github.com/{repository}"
    said = ask(("git", "ls-remote", url, f"refs/tags/{tag}", f"refs/tags/{tag}^{{}}"))
    lines = sorted((line.split("\t") for line in said.splitlines()), key=lambda pair: pair[-1])
    commit = lines[-1][0] if lines else ""
    if not _COMMIT.fullmatch(commit):
        raise UpstreamUnavailable(f"`{repository}` has no tag `{tag}`. Nothing was changed.")
    return commit


def run_ask(words: Sequence[str]) -> str:
    """What a program says.

    Raises:
        ConfigError: If it is not there.
        UpstreamUnavailable: If it fails; its own words go to the terminal.
    """
    try:
        done = subprocess.run(
            words, stdout=subprocess.PIPE, text=True, check=False, timeout=LONGEST_S
        )
    except FileNotFoundError:
        raise ConfigError(
            f"there is no `{words[0]}`. Install it, or pin on another machine."
        ) from None
    except subprocess.TimeoutExpired:
        raise UpstreamUnavailable(
            f"`{words[0]}` said nothing for {LONGEST_S} s. Nothing was changed."
        ) from None
    if done.returncode:
        raise UpstreamUnavailable(
            f"`{words[0]}` ended with code {done.returncode}. Nothing was changed."
        )
    return done.stdout


if __name__ == "__main__":
    try:
        sys.stdout.write("\n".join((*run_pin(load_settings().root, run_ask), "")))
    except (ConfigError, UpstreamUnavailable) as error:
        sys.exit(f"error: {error}")
