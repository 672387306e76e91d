"""The message: its first line, its order, its buttons, and Slack's limits at their worst."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.clients.cloudflare import CloudflareRefused
from bot.judging.states import SOME_FAIL, State
from bot.sandbox.workspace.validation import check_message, check_view
from handlers.health.causes import traced
from handlers.health.checks import cloudflare
from handlers.health.commands import FORM, SHORTCUT, health_command_line, health_modal
from handlers.health.data import health_data
from handlers.health.result import COMPONENTS, Check, Health
from handlers.health.views import health_reply
from tests.health.loopback import answer

NOW = datetime(2026, 11, 23, 3, 4, tzinfo=UTC)


def fine(component: str) -> Check:
    return Check(component, State.HEALTHY, "healthy", "It works.", value="41 ms")


def health(*checks: Check, component: str | None = None, took: float = 412.0) -> Health:
    return Health("production", component, NOW, took, checks)


def all_fine() -> Health:
    return health(*(fine(name) for name in COMPONENTS))


def texts(blocks: object) -> str:
    return json.dumps(blocks, ensure_ascii=False)


def test_the_first_line_is_the_result() -> None:
    assert health_reply(all_fine()).text == (
        ":white_check_mark: Healthy: 9 of 9 checks passed in 412\u00a0ms"
    )


def test_trouble_is_named_first_and_in_words() -> None:
    cache = Check("cache", State.DOWN, "connection refused", "Redis refuses.", "Call Upstash.")
    api = Check("api", State.DEGRADED, "slow", "Slow.", "Look.", "1412 ms", "alert above 1000 ms")
    reply = health_reply(health(fine("site"), api, cache))
    assert reply.text == (
        ":warning: Degraded: Cache: connection refused; API: slow; "
        "1 of 3 checks passed in 412\u00a0ms"
    )
    shown = [block["text"]["text"] for block in reply.blocks if block["type"] == "section"]
    assert shown[1].startswith(":red_circle: *Cache* down: connection refused")
    assert "1412\u00a0ms (alert above 1000\u00a0ms)" in shown[2]
    assert "*Site* healthy, 41\u00a0ms" in shown[3]
    assert "For users" in shown[4]
    assert reply.exit_code == 1


def test_unknown_is_never_counted_as_healthy() -> None:
    unknown = Check("cache", State.UNKNOWN, "unknown form", "Who knows.")
    reply = health_reply(health(fine("api"), unknown))
    assert reply.text.startswith(":grey_question: Not certain: Cache: unknown form; 1 of 2")
    assert "Not known, and not counted as healthy: Cache." in texts(reply.blocks)


def test_what_was_left_out_is_said_quietly_with_the_way_to_enable_it() -> None:
    off = Check("backup", State.NOT_CONFIGURED, "not configured", "No access.", "Set KEYS.")
    reply = health_reply(health(fine("api"), off))
    assert reply.text == ":white_check_mark: Healthy: 1 of 1 check passed in 412\u00a0ms"
    quiet = [block for block in reply.blocks if block["type"] == "context"][-1]
    assert "Backup (not configured): No access. Set KEYS." in quiet["elements"][0]["text"]


def test_nothing_checked_is_not_healthy() -> None:
    off = Check("backup", State.NOT_CONFIGURED, "not configured", "No access.")
    assert (
        health_reply(health(off)).text == ":grey_question: Not certain: Backup could not be checked"
    )


def test_buttons_ask_the_same_question_again() -> None:
    reply = health_reply(health(fine("api"), component="api"))
    buttons = {
        element["text"]["text"]: json.loads(element["value"])
        for element in reply.blocks[-1]["elements"]
    }
    line = "health api --environment production"
    assert buttons == {
        "Check again": {"run": line, "delivery": "update"},
        "Details": {"run": f"{line} --details", "delivery": "thread"},
        "Metrics": {"run": "metrics --environment production", "delivery": "new"},
        "Share in channel": {"run": f"{line} --public", "delivery": "share"},
    }


def test_shared_answers_stay_shared_when_checked_again() -> None:
    reply = health_reply(all_fine(), public=True)
    assert reply.in_channel
    again = json.loads(reply.blocks[-1]["elements"][0]["value"])
    assert again["run"].endswith("--public")


def test_two_lost_ways_at_once_point_at_the_bots_own_network() -> None:
    why = "name not resolved"
    lost = [Check(name, State.DOWN, why, "Lost.", lost=why) for name in ("api", "cloudflare")]
    shown = health_reply(health(*traced((*lost, fine("database")))))
    assert shown.text.startswith(
        ":grey_question: Not certain: the bot's own network fails (names cannot be resolved); 1 of"
    )
    assert shown.exit_code == 1
    assert "Out of reach from here: API and Cloudflare" in texts(shown.blocks)
    assert "own network first" in texts(shown.blocks)
    assert "users may notice nothing" in texts(shown.blocks)


def test_a_site_that_answers_proves_the_way() -> None:
    why = "name not resolved"
    lost = [Check(name, State.DOWN, why, "Lost.", lost=why) for name in ("api", "cloudflare")]
    assert health(*lost, fine("site")).exit_code == 2


def test_one_broken_part_fits_a_phone() -> None:
    """Verdict, the part, what to do, and who suffers, in lines of 45 characters."""
    cache = Check("cache", State.DOWN, "connection refused", "Redis refuses.", "Call Upstash.")
    others = [fine(name) for name in COMPONENTS if name != "cache"]
    reply = health_reply(health(cache, *others))
    shown = [
        line
        for block in reply.blocks
        for line in (block.get("text", {}).get("text") or "").splitlines()
    ]
    assert sum(-(-len(line) // 45) for line in shown) <= 11  # and the date, and the buttons
    assert ":white_check_mark: 8 healthy: API, Site, Database, Uploads, Sign-in," in str(shown)
    assert "It works." not in str(shown)


def test_what_follows_from_the_database_says_so() -> None:
    database = Check("database", State.DOWN, "connection refused", "It refuses.", "Check that.")
    api = Check("api", State.DEGRADED, "degraded", "Says.", blames=("database",))
    auth = Check("auth", State.DOWN, "fails with HTTP 500", "It fails.", "Look.")
    reply = health_reply(health(*traced((api, database, auth, fine("site")))))
    assert reply.text == (
        ":red_circle: Down: Database: connection refused; Sign-in and API follow from the "
        "database; 1 of 4 checks passed in 412\u00a0ms"
    )
    shown = texts(reply.blocks)
    assert ":red_circle: *Sign-in* down: fails with HTTP 500\\n:warning: *API* degraded\\n" in shown
    assert "_Next:_ Probably follows from the database; look there first." in shown
    assert "People cannot sign in." in shown


def test_failures_by_chance_are_no_proof_that_nobody_can_sign_in() -> None:
    api = Check("api", State.DEGRADED, SOME_FAIL, "2 of 5 failed.", "Look.")
    auth = Check("auth", State.DOWN, "fails with HTTP 500", "It fails.", "Look.")
    found = traced((api, auth))
    assert health(*found).exit_code == 1
    assert found[1].next_step == "Probably follows from the API; look there first."


def test_every_trouble_has_a_next_step() -> None:
    troubles = [Check(name, State.DOWN, "down", "It is down.") for name in COMPONENTS]
    for check in troubles:
        assert traced((check,))[0].next_step


def test_the_bots_own_token_is_not_the_platforms_trouble() -> None:
    found = cloudflare.decide(
        answer({"status": {"indicator": "none"}, "components": []}),
        CloudflareRefused("Cloudflare refuses the bot's token.", "Replace it.", (10000,)),
    )
    reply = health_reply(health(fine("api"), found))
    assert reply.text.startswith(
        ":grey_question: Not certain: Cloudflare: bot's token refused; 1 of 2"
    )
    assert reply.exit_code == 1
    assert "The platform itself is fine as far as is known." in texts(reply.blocks)
    assert "look there before changing" not in texts(reply.blocks)


def test_data_is_plain_json() -> None:
    data = json.loads(json.dumps(health_data(all_fine())))
    assert data["verdict"] == "healthy"
    assert data["checks"][0]["component"] == "api"
    timed = Check("api", State.HEALTHY, "healthy", "Fine.", value="41 ms", latency_ms=41.2345)
    counted = Check("cache", State.HEALTHY, "healthy", "Fine.", "", "86 % hits", amount=86.04)
    first, second = json.loads(json.dumps(health_data(health(timed, counted))))["checks"]
    assert (first["latency_ms"], first["amount"], first["unit"]) == (41.2, 41.2, "ms")
    assert second["amount"] == 86.0


def test_the_shortcuts_window_becomes_a_command_line() -> None:
    view = health_modal(None, {})
    assert [block["block_id"] for block in view["blocks"]] == ["component"]
    assert check_view(view) == ()
    assert SHORTCUT.form == FORM.name
    assert health_command_line({"component": "all"}, {}) == "health"
    assert health_command_line({"component": "api"}, {}) == "health api"


foreign = st.text(max_size=700)
checks = st.builds(
    Check,
    component=st.sampled_from(COMPONENTS),
    state=st.sampled_from(State),
    summary=foreign,
    meaning=foreign,
    next_step=foreign,
    value=st.text(max_size=30),
    threshold=st.text(max_size=40),
    evidence=st.lists(foreign, max_size=6).map(tuple),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(checks, min_size=1, max_size=9), st.booleans())
def test_any_result_keeps_slacks_limits(found: list[Check], details: bool) -> None:
    reply = health_reply(health(*found), details=details)
    assert check_message({"channel": "C1", "text": reply.text, "blocks": reply.blocks}) == ()
    assert len(reply.text) < 300
    assert sum(len(texts(block)) for block in reply.blocks) < 40_000


def test_the_worst_texts_still_fit() -> None:
    """Markup characters grow fivefold when escaped; every field full of them must still fit."""
    nasty = "&<@U1>`*" * 100
    full = [
        Check(name, State.DOWN, nasty, nasty, nasty, "1 ms", "alert", evidence=(nasty,) * 6)
        for name in COMPONENTS
    ]
    for details in (False, True):
        reply = health_reply(health(*full), details=details)
        assert check_message({"channel": "C1", "text": reply.text, "blocks": reply.blocks}) == ()
        assert "<@U1>" not in texts(reply.blocks)
