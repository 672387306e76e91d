"""How a release says no, learned once; and the shapes of health bodies."""

from __future__ import annotations

import pytest
from aiohttp import web

from bot.clients.health_report import read_report
from bot.clients.health_words import Condition, judge
from bot.clients.http import Http
from bot.clients.platform import Platform, fingerprint, not_offered, proves_nothing
from tests.health.loopback import answer, recorded, release, routes, serving

EVERYWHERE_401 = {"success": False, "error": {"code": "UNAUTHORIZED", "message": "No"}}


async def test_the_nonsense_address_is_asked_once() -> None:
    asked: list[str] = []
    inner = routes({}, nothing=401)

    async def handle(request: web.Request) -> web.StreamResponse:
        asked.append(request.path)
        return await inner(request)

    http = Http()
    async with serving(handle) as url:
        platform = Platform(http, url)
        first = await platform.refusal(deadline=2)
        second = await platform.refusal(deadline=2)
        assert len(asked) == 1
        assert first == second
        assert first is not None
        assert first.status == 401
        platform.forget()
        await platform.refusal(deadline=2)
    await http.aclose()
    assert len(asked) == 2


async def test_nothing_is_learned_from_a_failing_server() -> None:
    http = Http()
    async with serving(routes({}, nothing=503)) as url:
        assert await Platform(http, url).refusal(deadline=2) is None
    assert await Platform(http, "http://127.0.0.1:1").refusal(deadline=2) is None
    await http.aclose()


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("release-2025-11-16-anon", 404),
        ("release-2025-12-02-anon", 404),
        ("release-2025-12-24-anon", 404),
        ("release-2026-01-05-anon", 401),
        ("release-2026-01-17-anon", 404),
        ("release-2026-07-02-anon", 404),
    ],
)
async def test_every_recorded_release_is_learned(name: str, status: int) -> None:
    http = Http()
    async with serving(release(name)) as url:
        platform = Platform(http, url)
        refusal = await platform.refusal(deadline=2)
        debug = await platform.get("/api/auth/debug", deadline=2)
        session = await platform.get("/api/auth/session", deadline=2)
    await http.aclose()
    assert refusal is not None
    assert refusal.status == status
    assert not_offered(debug, refusal)
    assert proves_nothing(session, refusal) is (status == 401)


async def test_only_a_signed_in_question_carries_the_session() -> None:
    seen: list[str] = []

    async def handle(request: web.Request) -> web.StreamResponse:
        seen.append(request.headers.get("cookie", ""))
        return web.json_response({})

    http = Http()
    async with serving(handle) as url:
        platform = Platform(http, url, session="s3cret")
        await platform.get("/a", deadline=2)
        await platform.get("/a", deadline=2, signed_in=True)
    await http.aclose()
    assert seen == ["", "pitchey-session=s3cret"]
    assert "s3cret" not in repr(platform)


def test_fingerprints_ignore_what_changes_and_tell_refusals_apart() -> None:
    other = {**EVERYWHERE_401, "meta": {"requestId": "2"}}
    assert fingerprint(answer(EVERYWHERE_401, 401)) == fingerprint(answer(EVERYWHERE_401, 401))
    assert fingerprint(answer(EVERYWHERE_401, 401)) != fingerprint(answer(other, 401))
    assert fingerprint(answer(b"<html>", 401, "text/html")) == "text/html"


@pytest.mark.parametrize(
    ("word", "condition"),
    [
        ("OK", Condition.GOOD),
        (True, Condition.GOOD),
        ("Major Outage", Condition.BAD),
        ("not configured", Condition.ABSENT),
        (False, Condition.BAD),
        (None, Condition.ABSENT),
        (200, Condition.GOOD),
        (503, Condition.BAD),
        ("jolly", Condition.UNKNOWN),
        ([], Condition.UNKNOWN),
    ],
)
def test_words(word: object, condition: Condition) -> None:
    assert judge(word) is condition


def test_shapes_never_seen_before() -> None:
    listed = read_report(
        {"components": [{"name": "db", "state": "up"}, {"name": "q", "ok": False}]}
    )
    assert listed is not None
    assert [(part.name, part.condition) for part in listed.parts] == [
        ("db", Condition.GOOD),
        ("q", Condition.BAD),
    ]
    deep = read_report({"result": {"data": {"overall": "degraded"}}})
    assert deep is not None
    assert deep.condition is Condition.POOR
    assert read_report("ok") is not None
    assert read_report("hello there") is None
    assert read_report({"colour": "blue"}) is None
    assert read_report([1, 2]) is None


def test_a_used_up_quota_is_recognised_by_name_and_by_text() -> None:
    text = "Server error (HTTP status 402): compute time quota exceeded"
    report = read_report({"services": {"database": {"status": "error", "error": text}}})
    assert report is not None
    assert report.parts[0].quota_exhausted
    by_name = read_report({"services": {"neon_quota": {"status": "exceeded"}}})
    assert by_name is not None
    assert by_name.parts[0].quota_exhausted
    near = read_report({"services": {"neon_quota": {"status": "warning"}}})
    assert near is not None
    assert not near.parts[0].quota_exhausted


def test_recorded_reports_name_their_parts() -> None:
    rows = {row["path"]: row["body"] for row in recorded("release-2026-07-02-anon")}
    report = read_report(rows["/api/health"])
    assert report is not None
    assert [part.name for part in report.parts] == [
        "database",
        "neon_quota",
        "redis",
        "stripe",
        "email",
        "rateLimit",
    ]
