"""Whatever bytes a health address answers, there is a finding, and never a crash."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.clients.cache_stats import read_hit_percent
from bot.clients.cloudflare_status import read_status
from bot.clients.health_report import read_report
from bot.clients.health_words import tidy
from bot.clients.http import Answer
from bot.judging.reading import describe, read
from bot.judging.states import State
from handlers.health.checks import api, auth, cloudflare, site, told
from handlers.health.result import Check, Health
from handlers.health.views import health_reply
from tests.health.loopback import answer

KEYS = st.sampled_from(
    """status ok success data services checks database cache error details latency version name
    overall errors message health healthy service hits misses hitRate stats result""".split()  # noqa: SIM905
)
WORDS = st.sampled_from(("ok", "healthy", "degraded", "down", "error", "jolly", "true", "no"))
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40) | WORDS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(KEYS | st.text(max_size=8), inner, max_size=6)
    ),
    max_leaves=20,
)
statuses = st.sampled_from([200, 204, 301, 302, 400, 401, 402, 403, 404, 429, 500, 501, 503, 520])
kinds = st.sampled_from(["application/json", "text/html", "text/plain", "", "a; b; c"])


def whole(found: list[Check]) -> None:
    """The checks can be drawn and sent."""
    health = Health("production", None, datetime.now(UTC), 1.0, tuple(found))
    for details in (False, True):
        reply = health_reply(health, details=details)
        for block in reply.blocks:
            str(block).encode("utf-8")


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300), statuses, kinds)
def test_any_bytes_get_an_answer(body: bytes, status: int, kind: str) -> None:
    judge(answer(body, status, kind))


@settings(max_examples=300, deadline=None)
@given(json_values, statuses)
def test_any_json_gets_an_answer(body: object, status: int) -> None:
    read_status(body)
    percent = read_hit_percent(body)
    assert percent is None or 0 <= percent <= 100
    judge(answer(body, status))


def judge(got: Answer) -> None:
    finding = read(got, None)
    assert finding.state in State
    assert describe("x", got)
    found = [
        api.decide(got, got, None, 1000, (("x", got),)),
        site.decide("https://site.example", got),
        auth.decide(got, None, None, (("x", got),)),
        cloudflare.decide(got, False),
        told.decide("cache", None, (("x", got),), "the cache", "Set it."),
    ]
    whole(found)


def test_absurd_nesting_and_numbers_are_survived() -> None:
    judge(answer(b"[" * 100_000))
    judge(answer(b'{"status":' * 50_000))
    judge(answer(b'{"status": 1' + b"0" * 5_000 + b"}"))
    judge(answer(b'{"status": "\\ud800", "services": {"\\udfff": "\\ud800"}}'))


def test_healthy_is_only_said_of_a_good_word() -> None:
    @settings(max_examples=200, deadline=None)
    @given(st.text(min_size=1, max_size=30))
    def check(word: str) -> None:
        report = read_report({"status": word})
        good = {"ok", "healthy"}
        if word.strip().lower() in good:
            assert report is not None
        state = read(answer({"status": word}), None).state
        known = "okay up pass passed passing available ready online running enabled success good"
        accepted = {*good, *known.split(), "connected", "active", "operational", "configured"}
        if state is State.HEALTHY:
            assert word.strip().lower() in accepted | {"true", "fine", "alive"}

    check()


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=400), st.integers(min_value=1, max_value=300))
def test_foreign_text_is_always_presentable(text: str, most: int) -> None:
    shown = tidy(text, most)
    assert len(shown) <= most
    shown.encode("utf-8")
    assert "\n" not in shown


def test_passwords_in_error_texts_are_masked_even_where_they_are_cut() -> None:
    text = "connect postgresql://bot:hunter2secret@db.example/pitchey failed"
    for most in range(5, 80):
        assert "hunter2" not in tidy(text, most)
    assert "hunter2" not in tidy("x" * 3 + " postgres://bot:hunter2secret", 200)
    assert tidy("http://127.0.0.1:8080/x") == "http://127.0.0.1:8080/x"
