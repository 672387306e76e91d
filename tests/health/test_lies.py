"""The whole command against servers that lie in every known way, over real sockets."""

from __future__ import annotations

import asyncio
import socket
import time
from collections import Counter
from pathlib import Path

import pytest
from aiohttp import web

from bot.clients import Clients
from bot.judging.states import State
from handlers.health.operations import check_health
from handlers.health.result import Verdict
from handlers.health.views import health_reply
from tests.health.loopback import Handler, always, drip, routes, serving, settings_for, site
from tests.health.lying import GOOD, api_check, run


async def test_an_honest_platform_is_healthy(tmp_path: Path) -> None:
    found = await api_check(tmp_path, routes(GOOD))
    assert found.state is State.HEALTHY
    assert found.threshold == "alert above 1000 ms"
    assert found.latency_ms is not None
    assert found.latency_ms < 1000


async def test_a_200_that_says_degraded_is_degraded(tmp_path: Path) -> None:
    said = {"status": "degraded", "services": {"database": {"status": "error", "error": "gone"}}}
    found = await api_check(tmp_path, routes({**GOOD, "/api/health": {"data": said}}))
    assert found.state is State.DEGRADED
    assert "database error (gone)" in found.meaning


@pytest.mark.parametrize(
    ("handler", "state", "words"),
    [
        (always("<!doctype html><html>hello</html>", kind="text/html"), State.DOWN, "web page"),
        (always("<html>no type</html>"), State.DOWN, "web page"),
        (always(b""), State.DOWN, "empty answer"),
        (always('{"colour": "blue"}'), State.UNKNOWN, "unknown form"),
        (always("[1, 2"), State.UNKNOWN, "unknown form"),
        (always('{"error":"quota"}', 402), State.DEGRADED, "compute quota exhausted"),
        (always('{"error":"slow"}', 429, "text/plain", Retry_After="30"), State.UNKNOWN, "rate"),
        (always('{"error":"boom"}', 500), State.DOWN, "HTTP 500"),
        (always('{"error":"not yet"}', 501), State.UNKNOWN, "no health address"),
        (always("", 302, location="/api/health"), State.DOWN, "redirect loop"),
    ],
)
async def test_each_lie_is_named(
    tmp_path: Path, handler: Handler, state: State, words: str
) -> None:
    found = await api_check(tmp_path, handler)
    assert (found.state, words in found.summary) == (state, True), found


async def test_a_rate_limit_tells_when_to_come_back(tmp_path: Path) -> None:
    found = await api_check(tmp_path, always("{}", 429, Retry_After="30"))
    assert found.next_step == "Check again in 30 s."


async def test_a_drip_is_cut_at_the_deadline_and_its_bytes_are_counted(tmp_path: Path) -> None:
    started = time.perf_counter()
    found = await api_check(tmp_path, drip, "[checks]\napi = 0.5\ncache = 0.5\nauth = 0.5")
    assert time.perf_counter() - started < 30  # it drips for a minute
    assert found.state is State.DOWN
    assert found.summary == "timed out"
    assert "bytes came" in found.meaning


async def test_a_refused_connection_is_named(tmp_path: Path) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        health = await run(tmp_path, f"http://127.0.0.1:{held.getsockname()[1]}")
    assert health.checks[0].summary == "connection refused"
    assert health.verdict is Verdict.DOWN
    assert health.exit_code == 2


async def test_a_name_that_does_not_exist_is_named(tmp_path: Path) -> None:
    health = await run(tmp_path, "http://no-such-host.invalid")
    assert health.checks[0].summary == "name not resolved"


async def test_a_bot_without_names_blames_its_own_network_first(tmp_path: Path) -> None:
    nowhere = "http://no-such-host.invalid"
    extra = f'[cloudflare]\nstatus_url = "{nowhere}/summary.json"'
    reply = health_reply(await run(tmp_path, nowhere, None, extra=extra))
    assert reply.exit_code == 1
    assert reply.text.startswith(
        ":grey_question: Not certain: the bot's own network fails (names cannot be resolved)"
    )
    assert "Out of reach from here: API, Site, Sign-in and Cloudflare" in str(reply.blocks)


async def test_the_release_that_answers_401_for_everything(tmp_path: Path) -> None:
    """Its session address proves nothing; `/health` is there and does."""
    table = {"/health": {"status": "healthy", "checks": {"auth": "healthy", "cache": "healthy"}}}
    async with serving(routes(table, nothing=401)) as url:
        api = await run(tmp_path, url, "api")
        auth = await run(tmp_path, url, "auth")
        uploads = await run(tmp_path, url, "uploads")
    assert api.checks[0].state is State.HEALTHY
    assert auth.checks[0].state is State.HEALTHY
    assert "platform says" in auth.checks[0].meaning
    assert uploads.checks[0].state is State.NOT_OFFERED


async def test_401_for_everything_without_any_health_address_is_not_known(tmp_path: Path) -> None:
    async with serving(routes({}, nothing=401)) as url:
        auth = await run(tmp_path, url, "auth")
        api = await run(tmp_path, url, "api")
    assert auth.checks[0].state is State.UNKNOWN
    assert "proves nothing" in auth.checks[0].meaning
    assert api.checks[0].state is State.UNKNOWN
    assert api.verdict is Verdict.UNCERTAIN


@pytest.mark.parametrize(
    ("status", "state"), [(500, State.DOWN), (200, State.HEALTHY), (404, State.HEALTHY)]
)
async def test_sign_in_by_its_session_address(tmp_path: Path, status: int, state: State) -> None:
    """404 means that the release has no such address; then its own word on sign-in counts."""
    async with serving(routes({**GOOD, "/api/auth/session": (status, {"error": "x"})})) as url:
        health = await run(tmp_path, url, "auth")
    assert health.checks[0].state is state


async def test_the_site_must_be_the_site(tmp_path: Path) -> None:
    pages = {
        "healthy": site,
        "empty page": always(b"", kind="text/html"),
        "no web page": always("{}"),
        "fails with HTTP 503": always("<html>Pitchey</html>", 503, "text/html"),
        "another page": always("<html><title>Domain for sale</title></html>", kind="text/html"),
        "redirect loop": always("", 301, location="/"),
    }
    for words, handler in pages.items():
        async with serving(handler) as url:
            found = (await run(tmp_path, url, "site")).checks[0]
        assert found.summary == words


async def test_the_slowest_check_sets_the_time_and_a_hanging_part_harms_no_other(
    tmp_path: Path,
) -> None:
    async def hang(_request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(30)
        return web.Response()

    limits = "[checks]\napi = 1.0\ncache = 1.0\nauth = 1.0\ndatabase = 1.0\nuploads = 1.0\nsite = 1"
    async with serving(hang) as api, serving(site) as page:
        started = time.perf_counter()
        status = f'[cloudflare]\nstatus_url = "{page}"'
        health = await run(tmp_path, api, None, page, f"{limits}\n{status}")
        took = time.perf_counter() - started
    assert took < 20  # what hangs does so for thirty seconds
    hung = [check.took_ms for check in health.checks if check.took_ms >= 1_000]
    assert len(hung) >= 3
    assert health.took_ms < sum(hung) / 2  # side by side, whatever the machine adds to each
    by_name = {check.component: check for check in health.checks}
    assert by_name["site"].state is State.HEALTHY
    assert by_name["site"].took_ms < by_name["api"].took_ms
    assert by_name["api"].state is State.DOWN
    assert health.exit_code == 2


async def test_everything_at_once_against_an_honest_platform(tmp_path: Path) -> None:
    status = {"status": {"indicator": "none", "description": "All"}, "components": []}
    async with (
        serving(routes(GOOD)) as api,
        serving(site) as page,
        serving(routes({"/s": status})) as cloudflare,
    ):
        extra = f'[cloudflare]\nstatus_url = "{cloudflare}/s"'
        health = await run(tmp_path, api, None, page, extra)
    states = {check.component: check.state for check in health.checks}
    assert states == {
        "api": State.HEALTHY,
        "site": State.HEALTHY,
        "database": State.HEALTHY,
        "cache": State.HEALTHY,
        "uploads": State.HEALTHY,
        "auth": State.HEALTHY,
        "certificate": State.NOT_CONFIGURED,
        "cloudflare": State.HEALTHY,
        "backup": State.NOT_CONFIGURED,
    }
    assert health.exit_code == 0


async def test_an_api_that_fails_now_and_then_is_degraded(tmp_path: Path) -> None:
    """Every third answer fails: one question alone would mostly have looked healthy."""
    count = 0
    honest = routes(GOOD)

    async def flapping(request: web.Request) -> web.StreamResponse:
        nonlocal count
        if request.path == "/api/health/ping":
            count += 1
            if count % 3 == 0:
                return web.json_response({"error": "boom"}, status=500)
        return await honest(request)

    found = await api_check(tmp_path, flapping)
    assert (found.state, found.summary) == (State.DEGRADED, "some requests fail")
    assert found.meaning.startswith("1 of 6 test requests failed")


@pytest.mark.parametrize("failing", [{1}, {2}, {1, 2}])
async def test_an_api_whose_report_fails_now_and_then_is_degraded(
    tmp_path: Path, failing: set[int]
) -> None:
    """Chance hits the report's address as well: asked once more, it tells which it was."""
    counts: Counter[str] = Counter()
    honest = routes(GOOD)

    async def flapping(request: web.Request) -> web.StreamResponse:
        counts[request.path] += 1
        ping = request.path == "/api/health/ping" and counts[request.path] == 3
        report = request.path == "/api/health" and counts[request.path] in failing
        if ping or report:
            return web.json_response({"success": False, "error": {"code": "INTERNAL"}}, status=500)
        return await honest(request)

    found = await api_check(tmp_path, flapping)
    assert (found.state, found.summary) == (State.DEGRADED, "some requests fail")


async def test_a_report_that_never_answers_is_told_as_that(tmp_path: Path) -> None:
    said = {"success": False, "error": {"code": "INTERNAL"}}
    found = await api_check(tmp_path, routes({**GOOD, "/api/health": (500, said)}))
    assert (found.state, found.summary) == (State.DEGRADED, "says success: false")
    assert found.meaning.startswith("Answers the short question, but not the one for its parts")


async def test_one_failure_among_answers_is_not_the_end_of_sign_in(tmp_path: Path) -> None:
    count = 0

    async def flapping(_request: web.Request) -> web.StreamResponse:
        nonlocal count
        count += 1
        status = 500 if count == 1 else 401
        return web.json_response({"error": "x"}, status=status)

    async with serving(routes({**GOOD, "/api/auth/session": flapping})) as url:
        health = await run(tmp_path, url, "auth")
    assert (health.checks[0].summary, health.exit_code) == ("some requests fail", 1)


async def test_only_the_own_environment_is_asked_for_its_database(tmp_path: Path) -> None:
    """DATABASE_URL is production's; staging's database is told by staging's API alone."""
    async with serving(routes(GOOD)) as url:
        extra = f'[environments.staging]\napi_url = "{url}"\nsite_url = "{url}"'
        settings = settings_for(
            tmp_path, url, url, extra, database_url="postgresql://u:p@127.0.0.1:1/x"
        )
        clients = Clients.connect(settings)
        staging = await check_health(clients, settings, "database", "staging")
        production = await check_health(clients, settings, "database")
        await clients.aclose()
    assert staging.checks[0].state is State.HEALTHY
    assert production.checks[0].summary == "connection refused"
