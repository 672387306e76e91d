"""How long answers may be kept, judged by what they say."""

from __future__ import annotations

import pytest

from bot.clients.http import Answer
from bot.clients.platform import Refusal
from bot.clients.upstash import read_info
from bot.purging.known import Known
from handlers.cache.judging import judge
from handlers.cache.result import Verdict
from handlers.cache.table import addresses, read
from handlers.cache.tiers import redis_tier

EXPOSED, DIFFERS, UNTOLD, RIGHT = (
    Verdict.EXPOSED, Verdict.DIFFERS, Verdict.UNTOLD, Verdict.RIGHT,
)  # fmt: skip


@pytest.mark.parametrize(
    ("wanted", "headers", "verdict", "says"),
    [
        (300, {"cache-control": "public, max-age=300"}, RIGHT, "5 minutes"),
        (300, {"cache-control": "public, max-age=60, s-maxage=300"}, RIGHT, "5 minutes"),
        (3600, {"cache-control": "max-age=60"}, DIFFERS, "shorter than 1 hour"),
        (60, {"cache-control": "max-age=86400"}, DIFFERS, "longer than 1 minute"),
        (3600, {"cache-control": "no-store"}, DIFFERS, "never kept"),
        (3600, {}, UNTOLD, "decide by themselves"),
        (3600, {"cache-control": "public"}, UNTOLD, "no time"),
        (60, {"cache-control": "max-age=60", "age": "500"}, DIFFERS, "longer than it says"),
        (60, {"cdn-cache-control": "max-age=60", "cache-control": "no-store"}, RIGHT, "1 minute"),
        (0, {"cache-control": "private, no-store"}, RIGHT, "never"),
        (0, {"cache-control": "private"}, RIGHT, "no shared cache"),
        (0, {"cache-control": "max-age=0"}, RIGHT, "never"),
        (0, {"cache-control": "public, max-age=600"}, EXPOSED, "10 minutes"),
        (0, {"cache-control": "s-maxage=5"}, EXPOSED, "5 s"),
        (0, {"cache-control": "no-store", "cf-cache-status": "HIT"}, EXPOSED, "another's"),
        (0, {"cache-control": "no-store", "age": "12"}, EXPOSED, "another's"),
        (0, {"cache-control": "private, max-age=600"}, DIFFERS, "own browser"),
        (0, {}, UNTOLD, "nothing forbids"),
        (0, {"cache-control": "=;, ,max-age"}, UNTOLD, "nothing forbids"),
    ],
)
def test_an_answer_is_judged(
    wanted: int, headers: dict[str, str], verdict: Verdict, says: str
) -> None:
    row = judge("/api/x", wanted, "https://x/api/x", 200, headers)
    assert (row.verdict, says in row.why) == (verdict, True), row


def test_what_needs_a_session_is_not_judged_but_must_not_be_kept() -> None:
    assert judge("/api/dashboard/*", 60, "u", 401, {}).verdict is Verdict.SIGNED_IN
    kept = judge("/api/user/*", 0, "u", 401, {"cache-control": "public, max-age=9"})
    assert kept.verdict is EXPOSED


def answer(status: int, body: bytes = b"{}") -> Answer:
    return Answer("GET", "u", status, {"content-type": "application/json"}, body, 0.1)


def test_a_release_that_does_not_offer_it_is_no_difference() -> None:
    refusal = Refusal(401, "error,success|UNAUTHORIZED")
    same = answer(401, b'{"success": false, "error": {"code": "UNAUTHORIZED"}}')
    url = "https://x/api/genres"
    assert read("/api/genres", 60, url, same, refusal).verdict is Verdict.NOT_OFFERED
    assert read("/api/genres", 60, url, answer(404), None).verdict is Verdict.NOT_OFFERED
    assert read("/api/genres", 60, url, answer(503), None).verdict is Verdict.FAILED
    # The session endpoint refuses strangers, and is there.
    session = "https://x/api/auth/session"
    assert read("/api/auth/*", 0, session, same, refusal).verdict is UNTOLD


def test_patterns_are_asked_by_known_addresses() -> None:
    site, api = "https://s.example", "https://a.example"
    known = Known((f"{api}/api/user/1", f"{api}/api/user/2", f"{api}/api/user/3"))
    assert len(addresses("/api/user/*", known, site, api)) == 2
    assert addresses("/api/auth/*", known, site, api) == [f"{api}/api/auth/session"]
    assert addresses("/api/dashboard/*", known, site, api) == []
    assert addresses("/api/config", known, site, api) == [f"{api}/api/config"]


def test_redis_tells_what_it_has_and_not_more() -> None:
    told = "keyspace_hits:30\nkeyspace_misses:70\nevicted_keys:4\ndb0:keys=12,expires=3\n"
    tier = redis_tier(read_info(told + "used_memory:2097152\nmaxmemory:0\n", 0.01))
    assert tier.cold
    assert tier.evicting
    assert tier.holds == "12 keys, 2.0 MB"
    silent = redis_tier(read_info("keyspace_hits:0\nkeyspace_misses:0\n", 0.01))
    assert (silent.percent, silent.holds) == (None, "keys not reported")
    assert "not reported" in silent.note
