"""Sends signed Stripe events at a fixed pace over kept connections, and times the answers."""

import asyncio
import hashlib
import hmac
import json
import time
from dataclasses import dataclass, field

from tests.bench.webhook_process import SECRET

CONNECTIONS = 32
# Stripe's events are about this long.
PADDING = "x" * 2_000


@dataclass
class Outcome:
    """What came of it."""

    events: int = 0
    refused: int = 0
    seconds: list[float] = field(default_factory=list)

    def percentile_ms(self, share: float) -> float:
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000


def run_send(port: int, per_second: int, seconds: int, first: int = 0) -> Outcome:
    """Send `per_second * seconds` requests; every tenth repeats the event before it."""
    return asyncio.run(_send(port, per_second, per_second * seconds, first))


async def _send(port: int, per_second: int, requests: int, first: int) -> Outcome:
    outcome = Outcome(events=requests - requests // 10)
    due: asyncio.Queue[tuple[float, bytes] | None] = asyncio.Queue()
    workers = [asyncio.create_task(_work(port, due, outcome)) for _ in range(CONNECTIONS)]
    began, event = time.monotonic(), first - 1
    for number in range(requests):
        event += number % 10 != 9
        at = began + number / per_second
        await asyncio.sleep(max(0.0, at - time.monotonic()))
        due.put_nowait((at, build_request(event)))
    for _ in workers:
        due.put_nowait(None)
    await asyncio.gather(*workers)
    return outcome


async def _work(
    port: int, due: "asyncio.Queue[tuple[float, bytes] | None]", outcome: Outcome
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while (job := await due.get()) is not None:
        at, request = job
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        outcome.seconds.append(time.monotonic() - at)
        outcome.refused += not head.startswith(b"HTTP/1.1 200")
    writer.close()


def build_request(number: int) -> bytes:
    """One event as Stripe posts it, signed now."""
    event = {"id": f"evt_{number:07}", "object": "event", "type": "charge.updated"}
    body = json.dumps({**event, "created": int(time.time()), "data": {"object": PADDING}}).encode()
    at = int(time.time())
    made = hmac.new(SECRET.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    lines = [
        "POST /webhooks/shop/stripe HTTP/1.1",
        "Host: localhost",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        f"Stripe-Signature: t={at},v1={made}",
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body
