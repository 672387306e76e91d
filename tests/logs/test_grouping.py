"""What is an error, what says the same, and what no message can break."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clients.cloudflare_tail_events import Overload, TailEvent, read_frame
from bot.clients.cloudflare_telemetry import KeptEvent, read_events
from handlers.logs.entries import fits, of_kept, of_tail
from handlers.logs.grouping import MOST_GROUPS, Groups, common_routes, grouped, route, template
from handlers.logs.result import Entry
from handlers.logs.steering import readable
from handlers.logs.views import fenced, group_text

NOW = datetime(2026, 7, 2, 12, tzinfo=UTC)
KEYS = """outcome event request url method response status logs level message timestamp exceptions
    name stack eventTimestamp scriptVersion id wallTime cpuTime type events $metadata $workers
    calculations aggregates groups value key source""".split()  # noqa: SIM905
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6)
    ),
    max_leaves=15,
)


def frame(**more: Any) -> bytes:
    body: dict[str, Any] = {
        "outcome": "ok",
        "eventTimestamp": NOW.timestamp() * 1000,
        "event": {
            "request": {"url": "https://x.dev/api/a?token=s3cret", "method": "GET"},
            "response": {"status": 200},
        },
        "logs": [],
        "exceptions": [],
    }
    return json.dumps(body | more).encode()


def read(**more: Any) -> TailEvent:
    event = read_frame(frame(**more))
    assert isinstance(event, TailEvent)
    return event


def test_an_address_is_kept_without_its_query() -> None:
    assert read().trigger == "GET /api/a"


@pytest.mark.parametrize(
    ("event", "trigger"),
    [
        ({"cron": "*/5 * * * *"}, "cron */5 * * * *"),
        ({"queue": "mails"}, "queue mails"),
        ({"scheduledTime": 1}, "alarm"),
        ({}, "another trigger"),
        (None, "another trigger"),
    ],
)
def test_other_triggers_than_requests(event: Any, trigger: str) -> None:
    assert read(event=event).trigger == trigger


def test_redacted_before_anything_is_cut() -> None:
    logs = [{"level": "error", "message": ["key", {"a": "hunter2"}], "timestamp": 1}]
    event = read_frame(frame(logs=logs), lambda text: text.replace("hunter2", "[gone]"))
    assert isinstance(event, TailEvent)
    assert event.logs[0].text == 'key {"a":"[gone]"}'


@pytest.mark.parametrize(
    "bad", [b"", b"[]", b"{", b"null", b'{"outcome":"ok"}', b"[" * 100_000, b'"\\ud800"']
)
def test_frames_that_are_none(bad: bytes) -> None:
    assert read_frame(bad) is None


def test_overload_is_told() -> None:
    found = read_frame(json.dumps({"event": {"type": "overload", "message": "sampling"}}))
    assert found == Overload("sampling")


@given(JSON)
def test_no_message_breaks_the_reading(body: Any) -> None:
    event = read_frame(json.dumps(body))
    if isinstance(event, TailEvent):
        grouped(of_tail(event))
    kept = list(read_events(body))
    grouped(of_kept(kept))


def test_one_failure_is_told_once() -> None:
    line = {"level": "error", "message": ["Failed to fetch"], "timestamp": 5}
    failed = {"request": {"url": "/a", "method": "GET"}, "response": {"status": 500}}
    told = of_tail(read(logs=[line], event=failed))
    assert [entry.message for entry in told] == ["Failed to fetch"]
    silent = of_tail(read(event=failed))
    assert [entry.message for entry in silent] == ["Answered HTTP 500, and nothing was logged"]
    assert all(entry.wrong for entry in (*told, *silent))


def test_a_visitor_who_leaves_is_no_error_of_ours() -> None:
    assert not any(entry.wrong for entry in of_tail(read(outcome="canceled", event={})))
    assert of_tail(read(outcome="exceededCpu", event={}))[0].wrong


def test_kept_events_are_merged_by_request() -> None:
    line = KeptEvent("r-1", NOW, "error", "boom", "GET /a", "r")
    answer = KeptEvent("r-0", NOW, "error", "GET /a", "GET /a", "r", 500, "ok")
    other = KeptEvent("s-0", NOW, "error", "GET /b", "GET /b", "s", 500, "ok")
    found = of_kept([line, answer, other, line])
    assert sorted(entry.message for entry in found) == [
        "Answered HTTP 500, and nothing was logged",
        "boom",
    ]


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("User 4711 took 12.5ms", "User <n> took <n>ms"),
        ("for ana@example.com at 2026-07-02T10:00:00Z", "for <email> at <time>"),
        ("id 0195b8d2-0000-4000-8000-123456789abc\n gone", "id <id> gone"),
        ("to 10.0.0.7:5432 refused", "to <address> refused"),
        ("HTTP 500", "HTTP <n>"),
        ("table users_2 and v8", "table users_2 and v8"),
    ],
)
def test_variable_parts_do_not_make_another_message(message: str, expected: str) -> None:
    assert template(message) == expected


def test_routes_without_their_ids() -> None:
    assert route("GET /api/pitches/4711/notes") == "GET /api/pitches/:id/notes"
    assert route("GET /api/v2/pitches") == "GET /api/v2/pitches"


def entry(message: str, seconds: int = 0, level: str = "error", at: str = "GET /a") -> Entry:
    return Entry(NOW + timedelta(seconds=seconds), level, message, at)


def test_groups_count_with_first_and_last_and_the_worst_comes_first() -> None:
    found = grouped(
        (
            entry("n 1", 30),
            entry("n 2", 10),
            entry("n 3", 20),
            entry("fine", 0, "info"),
            entry("n 1", 0, at="GET /b"),
        )
    )
    assert [(group.count, group.level, group.route) for group in found] == [
        (3, "error", "GET /a"),
        (1, "error", "GET /b"),
        (1, "info", "GET /a"),
    ]
    first = found[0]
    assert (first.last - first.first).total_seconds() == 20
    assert first.sample.message == "n 1"  # the newest


def test_a_flood_of_different_messages_is_bounded() -> None:
    groups = Groups()
    for number in range(MOST_GROUPS + 50):
        groups.add(entry("x" * (number + 1)))
    assert (len(groups.sorted()), groups.left_out) == (MOST_GROUPS, 50)


def test_match_looks_at_message_and_route_in_any_case() -> None:
    one = entry("Pool TIMEOUT", at="GET /api/search")
    assert fits(one, errors_only=True, match="timeout")
    assert fits(one, errors_only=True, match="/API/search")
    assert not fits(one, errors_only=True, match="nothing")
    assert not fits(entry("x", level="warn"), errors_only=True, match="")


def test_foreign_text_neither_ends_its_fence_nor_mentions_anybody() -> None:
    assert "```" not in fenced("a ``` b")
    (group,) = grouped([entry("<!channel> *now* `x`", at="GET /`<!here>")])
    text = group_text(group)
    assert "<!channel>" not in text
    assert "<!here>" not in text


@pytest.mark.parametrize("text", ["a" * 2_000, "0a" * 1_000, "1" * 2_000, "2026-11-" * 250])
def test_no_line_is_dear_to_group(text: str) -> None:
    """Four times the text may take eight times as long; a quadratic shape takes sixteen."""

    def seconds(line: str) -> float:
        best = 60.0
        for _ in range(5):
            begun = time.process_time()
            for _ in range(10):
                template(line)
            best = min(best, time.process_time() - begun)
        return best

    assert seconds(text * 4) < 8 * seconds(text) + 0.01


def test_one_cause_on_many_routes_is_called_one() -> None:
    entries = [
        Entry(
            NOW,
            "error",
            f"Unhandled error in GET /api/{part}: Error: timed out",
            f"GET /api/{part}",
        )
        for part in ("a", "b", "c")
    ]
    assert common_routes(grouped(entries)) == 3
    others = [Entry(NOW, "error", f"{word} failed", "GET /") for word in ("x", "y", "z")]
    assert common_routes(grouped(others)) == 0


def test_half_a_character_can_be_stored() -> None:
    logged = b'[{"message":["\\ud800 half"],"level":"\\udfff"}]'
    event = read_frame(b'{"outcome":"ok","eventTimestamp":1,"logs":' + logged + b"}")
    assert isinstance(event, TailEvent)
    assert [line.text for line in event.logs] == ["? half"]
    for entry in of_tail(event):
        f"{entry.level}{entry.message}{entry.route}".encode()
    (kept,) = read_events({"events": [{"timestamp": 1, "source": "\ud800 half"}]})
    assert kept.message == "? half"


def test_nothing_in_a_line_steers_its_reader() -> None:
    assert readable("\x1b[31mred\x1b[0m\tand\r\nmore") == "red\tand\nmore"
    assert readable("\x1b]0;title\x07 \u202egnp.exe") == "\\x1b]0;title\\x07 \\u202egnp.exe"
    assert (
        readable("Jos\u00e9 \U0001f469\u200d\U0001f4bb") == "Jos\u00e9 \U0001f469\u200d\U0001f4bb"
    )
    said = {"message": ["\u202egnp"], "level": "\u001b[2Jerror"}
    event = read_frame(json.dumps({"outcome": "ok", "eventTimestamp": 1, "logs": [said]}))
    assert isinstance(event, TailEvent)
    assert of_tail(event)[0].message == "\\u202egnp"
