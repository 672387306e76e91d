"""The other side of the bench: a Slack that takes everything, and senders of signed requests."""

from __future__ import annotations

import asyncio
import itertools
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from aiohttp import web
from slack_sdk.signature import SignatureVerifier

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
TOKEN = "xoxb-bench-bench-bench"
_numbers = itertools.count(1)


async def take_everything(_request: web.Request) -> web.Response:
    return web.json_response(
        {"ok": True, "user_id": "UBOT0001", "bot_id": "B1", "team_id": "T1", "ts": "1.1"}
    )


async def slack() -> tuple[web.AppRunner, int]:
    """A server that says yes to every call; answers its runner and port."""
    made = web.Application()
    made.router.add_route("*", "/{path:.*}", take_everything)
    runner = web.AppRunner(made, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = int(runner.addresses[0][1])
    return runner, port


def signed(text: str, response_url: str) -> tuple[str, dict[str, str]]:
    """One slash command as Slack sends it: body and headers; no two are the same delivery."""
    body = urlencode(
        {
            "token": "t",
            "team_id": "T1",
            "team_domain": "pitchey",
            "channel_id": "COPS0001",
            "channel_name": "ops",
            "user_id": "UANA0001",
            "user_name": "ana",
            "command": "/pitchey",
            "text": text,
            "api_app_id": "A1",
            "response_url": response_url,
            "trigger_id": f"{time.time_ns()}.{next(_numbers)}",
        }
    )
    stamp = str(int(time.time()))
    signature = SignatureVerifier(SECRET).generate_signature(timestamp=stamp, body=body)
    return body, {
        "content-type": "application/x-www-form-urlencoded",
        "x-slack-request-timestamp": stamp,
        "x-slack-signature": signature or "",
    }


@dataclass(frozen=True)
class Load:
    """One round: requests a second, and the median and 99th percentile in milliseconds."""

    per_second: float
    p50: float
    p99: float


def median(loads: Sequence[Load]) -> Load:
    """Each figure's median over the rounds."""
    return Load(
        statistics.median(load.per_second for load in loads),
        statistics.median(load.p50 for load in loads),
        statistics.median(load.p99 for load in loads),
    )


async def send(port: int, text: str, senders: int, requests: int, response_url: str) -> Load:
    """`requests` signed commands from `senders` connections that each wait for their answer."""
    waiting = [_raw(*signed(text, response_url), port) for _ in range(requests)]
    times: list[float] = []

    async def sender() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            while waiting:
                request = waiting.pop()
                began = time.perf_counter()
                writer.write(request)
                head = await reader.readuntil(b"\r\n\r\n")
                length = _length(head)
                if length:
                    await reader.readexactly(length)
                times.append((time.perf_counter() - began) * 1000)
                if not head.startswith(b"HTTP/1.1 200"):
                    raise RuntimeError(f"not acknowledged: {head[:80]!r}")
        finally:
            writer.close()

    began = time.perf_counter()
    await asyncio.gather(*(sender() for _ in range(senders)))
    took = time.perf_counter() - began
    return Load(len(times) / took, statistics.median(times), statistics.quantiles(times, n=100)[98])


def _raw(body: str, headers: dict[str, str], port: int) -> bytes:
    lines = [f"POST /slack/events HTTP/1.1\r\nhost: 127.0.0.1:{port}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    lines.append(f"content-length: {len(body)}")
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    return 0
