"""Is a feed ready to load: credentials, network, login, and the right to read each stream?

Reads a record or two of each stream and writes nothing but what a login itself keeps (OAuth
tokens).
"""

import time
from collections.abc import Iterator
from dataclasses import replace

from include.config.credentials import Credentials
from include.config.models import Feed
from include.core.clock import utcnow
from include.core.errors import AccessDenied, EltError, UpstreamError
from include.core.streams import Window
from include.extract.source import Source, try_read
from include.ledger import ddl
from include.ledger.connection import Warehouse, fetch_now
from include.pipeline.load_environment import LoadEnvironment
from include.pipeline.ready.network_check import Step, build_clock_step, check_address


def check_feed(
    feed: Feed, environment: LoadEnvironment, *, with_streams: bool = True
) -> Iterator[Step]:
    """Steps in the order a load takes them; later ones are left out when they cannot be judged."""
    try:
        credentials = environment.fetch_credentials(feed)
        source = environment.open_source(feed)
    except EltError as error:
        yield Step("credentials", error.message, error)
        return
    yield Step("credentials", f"connection `{feed.connection_id}` has what it needs")
    address = build_address(feed, credentials)
    if address is not None:
        steps = list(check_address(address))
        yield from steps
        if any(step.error for step in steps):
            return
    began = time.monotonic()
    if feed.connector.kind == "files" and not feed.streams and with_streams:
        yield from _check_found(source)
        return
    try:
        source.check()
    except EltError as error:
        yield from _blame(feed, environment, error, with_streams=with_streams)
        return
    seconds = round(time.monotonic() - began, 3)
    if feed.connector.streams_from_feed and not feed.streams:
        yield Step("scope", f"{len(source.discover())} streams can be read", seconds=seconds)
        yield from _tell_unread(source)
        return
    yield Step("auth", "the source accepts the login", seconds=seconds)
    for name in sorted(feed.streams):
        yield Step("scope", "can be read", stream=name)
    yield from _tell_unread(source)


def build_address(feed: Feed, credentials: Credentials) -> str | None:
    """The web address to try; None for files, databases and commands."""
    declared = feed.connector.api.base_url if feed.connector.api else None
    found = credentials.host or declared
    if declared is None or found is None:
        return None
    return found if "://" in found else f"https://{found}"


def _blame(
    feed: Feed, environment: LoadEnvironment, error: EltError, *, with_streams: bool
) -> Iterator[Step]:
    """Which streams the error is about: each is asked for alone."""
    is_login = isinstance(error, AccessDenied) and error.status == 401
    if is_login or not with_streams or len(feed.streams) < 2 or error.retryable:
        what = "auth" if isinstance(error, UpstreamError) else "scope"
        yield Step(what, error.message, error)
        return
    steps = [_check_stream(feed, name, environment) for name in sorted(feed.streams)]
    errors = [step.error for step in steps if step.error]
    refused = all(isinstance(one, AccessDenied) for one in errors) and len(errors) == len(steps)
    if not errors or refused:
        # The whole fails, or all of it: the error is not about a stream.
        yield Step("auth", error.message, error)
        return
    if any(step.error is None for step in steps):
        yield Step("auth", "the source accepts the login")
    yield from steps


def _check_found(source: Source) -> Iterator[Step]:
    """Every stream a folder holds: a broken file is told beside its neighbours, not before them."""
    began = time.monotonic()
    try:
        names = sorted(source.discover())
    except EltError as error:
        yield Step("scope", error.message, error)
        return
    readable = 0
    for name in names:
        try:
            try_read(source.read(name, Window()))
            readable += 1
        except EltError as error:
            yield Step("scope", error.message, error, stream=name)
    seconds = round(time.monotonic() - began, 3)
    yield Step("scope", f"{readable} streams can be read", seconds=seconds)
    yield from _tell_unread(source)


def _tell_unread(source: Source) -> Iterator[Step]:
    for sentence in source.unread():
        yield Step("scope", sentence, warns=True)


def _check_stream(feed: Feed, name: str, environment: LoadEnvironment) -> Step:
    alone = replace(feed, streams={name: feed.streams[name]})
    began = time.monotonic()
    try:
        environment.open_source(alone).check()
    except EltError as error:
        seconds = round(time.monotonic() - began, 3)
        return Step("scope", error.message, error, stream=name, seconds=seconds)
    seconds = round(time.monotonic() - began, 3)
    return Step("scope", "can be read", stream=name, seconds=seconds)


def check_warehouse(warehouse: Warehouse) -> Iterator[Step]:
    """The warehouse answers, its ledger is up to date, its clock is ours."""
    began = time.monotonic()
    try:
        with warehouse.connect() as connection:
            ddl.run_migrations(connection)
            now = fetch_now(connection)
    except EltError as error:
        yield Step("warehouse", error.message, error)
        return
    seconds = round(time.monotonic() - began, 3)
    yield Step("warehouse", "answers, and its ledger is up to date", seconds=seconds)
    yield build_clock_step(utcnow() - now, "the warehouse's")
