"""The HTTP client over real sockets: deadlines, retries, redirects, caps, secrets."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from bot.clients.http import Http, presentable
from bot.clients.http_faults import NoAnswer, Trouble
from tests.health.loopback import always, drip, serving


@pytest.fixture
async def http() -> AsyncIterator[Http]:
    client = Http(timeout_seconds=5)
    yield client
    await client.aclose()


class Flaky:
    """Fails some times with a status, then answers; counts what it was asked."""

    def __init__(self, failures: int, status: int = 503, **headers: str) -> None:
        self.failures, self.status, self.asked = failures, status, 0
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}
        self.moments: list[float] = []

    async def handle(self, _request: web.Request) -> web.StreamResponse:
        self.asked += 1
        self.moments.append(time.monotonic())
        if self.asked <= self.failures:
            return web.Response(status=self.status, headers=self.headers)
        return web.json_response({"ok": True})


async def test_a_passing_fault_is_tried_again(http: Http) -> None:
    flaky = Flaky(2)
    async with serving(flaky.handle) as url:
        answer = await http.send("GET", url + "/x")
    assert answer.status == 200
    assert flaky.asked == 3


async def test_a_lasting_fault_is_tried_a_bounded_number_of_times(http: Http) -> None:
    flaky = Flaky(99)
    async with serving(flaky.handle) as url:
        answer = await http.send("GET", url + "/x")
    assert answer.status == 503
    assert flaky.asked == 3


async def test_a_change_is_never_repeated_unasked(http: Http) -> None:
    flaky = Flaky(1)
    async with serving(flaky.handle) as url:
        assert (await http.send("POST", url + "/x", json={})).status == 503
        assert flaky.asked == 1
        assert (await http.send("POST", url + "/x", json={}, repeatable=True)).status == 200


async def test_a_probe_tells_what_it_saw(http: Http) -> None:
    flaky = Flaky(1)
    async with serving(flaky.handle) as url:
        assert (await http.send("GET", url + "/x", probe=True)).status == 503
    assert flaky.asked == 1


async def test_retry_after_is_waited_for_in_full(http: Http) -> None:
    flaky = Flaky(1, 429, Retry_After="1")
    async with serving(flaky.handle) as url:
        answer = await http.send("GET", url + "/x")
    assert answer.status == 200
    assert flaky.moments[1] - flaky.moments[0] >= 1.0


async def test_a_long_retry_after_is_told_at_once_and_never_cut_short(http: Http) -> None:
    flaky = Flaky(99, 429, Retry_After="300")
    async with serving(flaky.handle) as url:
        started = time.monotonic()
        answer = await http.send("GET", url + "/x")
    assert (answer.status, answer.retry_after, flaky.asked) == (429, 300.0, 1)
    assert time.monotonic() - started < 15  # not the minutes of the other side


async def test_the_deadline_holds_for_a_drip_and_counts_its_bytes(http: Http) -> None:
    async with serving(drip) as url:
        started = time.monotonic()
        with pytest.raises(NoAnswer) as caught:
            await http.send("GET", url + "/x", deadline=2)
    assert time.monotonic() - started < 15  # not the minutes of the other side
    assert caught.value.trouble is Trouble.TIMED_OUT
    assert 1 <= caught.value.received <= 40
    assert "bytes came" in caught.value.message


async def test_the_deadline_holds_for_all_retries_together(http: Http) -> None:
    flaky = Flaky(99, 429, Retry_After="2")
    async with serving(flaky.handle) as url:
        started = time.monotonic()
        with pytest.raises(NoAnswer):
            await http.send("GET", url + "/x", deadline=0.5)
    assert time.monotonic() - started < 15  # not the minutes of the other side


async def test_a_long_body_is_cut(http: Http) -> None:
    async with serving(always(b"x" * 100_000)) as url:
        answer = await http.send("GET", url + "/x", most_bytes=1_000)
    assert answer.truncated
    assert len(answer.body) == 1_000


async def test_redirects_are_not_followed_unasked(http: Http) -> None:
    async with serving(always("", 302, location="https://elsewhere.example/")) as url:
        answer = await http.send("GET", url + "/x", headers={"authorization": "Bearer s3cret"})
    assert answer.status == 302


async def test_following_tells_the_way_and_ends_loops(http: Http) -> None:
    async def hop(request: web.Request) -> web.StreamResponse:
        target = {"/": "/a", "/a": "/b", "/loop": "/pool", "/pool": "/loop"}.get(request.path)
        if target is None:
            return web.Response(text="here")
        return web.Response(status=302, headers={"location": target})

    async with serving(hop) as url:
        answer = await http.follow(url + "/", deadline=2)
        assert answer.text == "here"
        assert [address.removeprefix(url) for address in answer.redirects] == ["/a", "/b"]
        with pytest.raises(NoAnswer) as caught:
            await http.follow(url + "/loop", deadline=2)
    assert caught.value.trouble is Trouble.REDIRECTS


async def test_a_redirect_to_a_file_is_not_followed(http: Http) -> None:
    async with serving(always("", 302, location="file:///etc/passwd")) as url:
        with pytest.raises(NoAnswer) as caught:
            await http.follow(url + "/", deadline=2)
    assert caught.value.trouble is Trouble.PROTOCOL


async def test_secrets_never_reach_an_error(http: Http) -> None:
    with pytest.raises(NoAnswer) as caught:
        await http.send(
            "GET",
            "http://user:hunter2@127.0.0.1:1/x?token=hunter2",
            headers={"authorization": "Bearer hunter2"},
        )
    assert caught.value.trouble is Trouble.REFUSED
    assert "hunter2" not in f"{caught.value} {caught.value!r}"
    assert presentable("https://u:p@h.example/a?b=c#d") == "https://h.example/a"


async def test_what_is_not_http_is_named(http: Http) -> None:
    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(b"220 mail.example ESMTP\r\n\r\n")
        await writer.drain()
        writer.close()

    async def cut(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.close()

    for handler, trouble in ((greet, Trouble.PROTOCOL), (cut, Trouble.CUT)):
        server = await asyncio.start_server(handler, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with server:
            with pytest.raises(NoAnswer) as caught:
                await http.send("GET", f"http://127.0.0.1:{port}/", retries=0)
        assert caught.value.trouble is trouble


async def test_cookies_are_not_kept(http: Http) -> None:
    seen: list[str] = []

    async def handle(request: web.Request) -> web.StreamResponse:
        seen.append(request.headers.get("cookie", ""))
        return web.Response(text="x", headers={"set-cookie": "sid=1; Path=/"})

    async with serving(handle) as url:
        await http.send("GET", url + "/")
        await http.send("GET", url + "/")
    assert seen == ["", ""]
