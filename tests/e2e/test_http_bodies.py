"""Bodies that nobody should read, and signed ones that nobody can, over raw sockets."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from urllib.parse import quote, urlencode

import pytest

from bot.sandbox.workspace.signed import signature
from tests.e2e.stage import Stage, only

pytestmark = only("http")
CHUNK = b"10000\r\n" + b"a" * 65_536 + b"\r\n"


def head(**lines: str) -> bytes:
    told = {"Host": "127.0.0.1", "Content-Type": "application/x-www-form-urlencoded"}
    told |= {name.replace("_", "-"): value for name, value in lines.items()}
    text = "".join(f"{name}: {value}\r\n" for name, value in told.items())
    return b"POST /slack/events HTTP/1.1\r\n" + text.encode("latin-1") + b"\r\n"


def signed(stage: Stage, body: str) -> dict[str, str]:
    stamp = str(int(time.time()))
    kept = signature(stage.workspace.signing_secret, stamp, body)
    return {"X_Slack_Request_Timestamp": stamp, "X_Slack_Signature": kept}


async def status(stage: Stage, pieces: Iterator[bytes]) -> tuple[int, int]:
    """The status of the answer, and how many pieces were sent when it came."""
    reader, writer = await asyncio.open_connection("127.0.0.1", stage.settings.http.port)
    sent = 0
    answer: asyncio.Task[bytes] = asyncio.create_task(reader.readline())
    try:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            sent += 1
            await asyncio.sleep(0)
            if answer.done():
                break
        async with asyncio.timeout(120):
            return int((await answer).split()[1]), sent
    finally:
        answer.cancel()
        writer.transport.abort()


async def test_a_body_that_says_it_is_large_is_not_waited_for(stage: Stage) -> None:
    lines = {"X_Slack_Request_Timestamp": str(int(time.time())), "X_Slack_Signature": "v0=00"}
    pieces = iter([head(Content_Length="80000000", **lines)])
    assert await status(stage, pieces) == (413, 1)


async def test_a_body_of_chunks_is_read_no_further_than_it_may_be(stage: Stage) -> None:
    def pieces() -> Iterator[bytes]:
        yield head(Transfer_Encoding="chunked")
        for _ in range(1_200):  # 80 MB
            yield CHUNK

    try:
        answered, sent = await status(stage, pieces())
    except ConnectionError:
        answered, sent = 413, 0  # closed while we were still sending: as it should be
    assert answered == 413
    assert sent < 1_000


async def test_just_past_the_limit_is_413_and_at_it_is_looked_at(stage: Stage) -> None:
    def pieces(last: int) -> Iterator[bytes]:
        yield head(Transfer_Encoding="chunked")
        for size in (500_000, 500_000, last):
            yield f"{size:x}\r\n".encode() + b"a" * size + b"\r\n"
        yield b"0\r\n\r\n"

    assert (await status(stage, pieces(1)))[0] == 413
    body = b"a" * 1_000_000
    assert (await status(stage, iter([head(Content_Length=str(len(body))), body])))[0] == 401


@pytest.mark.parametrize(
    "lines",
    [
        {},
        {"X_Slack_Request_Timestamp": "soon"},
        {"X_Slack_Request_Timestamp": "-5"},
        {"X_Slack_Request_Timestamp": "1e9"},
        {"X_Slack_Request_Timestamp": "\u00b2\u00b3"},
        {"X_Slack_Request_Timestamp": "9" * 5_000},
        {"X_Slack_Signature": "v0=\u00e9\u00e9"},
        {"X_Slack_Signature": ""},
    ],
)
async def test_what_is_not_signed_is_401_without_a_traceback(
    stage: Stage, lines: dict[str, str]
) -> None:
    body = "a" * 100
    said = len(stage.said)
    held = (signed(stage, body) | lines) if lines else {}
    pieces = iter([head(Content_Length=str(len(body)), **held), body.encode()])
    assert (await status(stage, pieces))[0] == 401
    assert "Traceback" not in stage.said[said:]


async def test_bytes_that_are_not_text_are_401(stage: Stage) -> None:
    held = signed(stage, "a")
    assert (await status(stage, iter([head(Content_Length="2", **held), b"\xff\xfe"])))[0] == 401
    assert "Traceback" not in stage.said


@pytest.mark.parametrize(
    "body",
    [
        "{",
        "payload=%7Bbad",
        "payload=[]",
        "payload=7",
        "payload=" + "[" * 100_000,
        "payload=" + quote(json.dumps({"type": "block_actions", "actions": []})),
        "payload=" + quote(json.dumps({"type": "block_actions", "actions": [3]})),
        "payload=" + quote(json.dumps({"type": "event_callback", "event": [1]})),
        "payload=" + quote(json.dumps({"authorizations": 3})),
        '{"type": "view_submission", "view": "callback_id"}',
    ],
)
async def test_signed_but_malformed_is_400_and_one_line(stage: Stage, body: str) -> None:
    said = len(stage.said)
    pieces = iter([head(Content_Length=str(len(body)), **signed(stage, body)), body.encode()])
    assert (await status(stage, pieces))[0] == 400
    await stage.until(lambda: "malformed" in stage.said[said:])
    assert len(stage.said[said:].splitlines()) == 1
    assert "Traceback" not in stage.said[said:]


async def test_a_sender_that_leaves_halfway_leaves_no_trace(stage: Stage) -> None:
    said = len(stage.said)
    _, writer = await asyncio.open_connection("127.0.0.1", stage.settings.http.port)
    writer.write(head(Content_Length="500") + b"half")
    await writer.drain()
    writer.transport.abort()
    body = urlencode({"ssl": "1"})
    pieces = iter([head(Content_Length=str(len(body))), body.encode()])
    assert (await status(stage, pieces))[0] == 401
    assert stage.said[said:] == ""
