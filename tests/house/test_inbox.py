"""Deliveries on their way in: claimed together, recalled whole after a crash."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bot.inbox import Inbox, noted, recalled
from bot.observability import Observability
from bot.payloads import from_slash
from bot.redaction import Redactor
from bot.store import Store

BODY = {
    "user_id": "UANA0001",
    "user_name": "ana",
    "channel_id": "COPS0001",
    "text": "health",
    "trigger_id": "1.2.abc",
    "response_url": "http://127.0.0.1/response/1",
}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "store.sqlite3")


async def test_of_two_deliveries_at_once_one_is_new(store: Store) -> None:
    inbox = Inbox(store, Observability(), Redactor(["hush-hush-1"]).text)
    request, other = from_slash(BODY), from_slash({**BODY, "trigger_id": "1.3.abc"})
    answers = await asyncio.gather(
        inbox.claim(request), inbox.claim(request), inbox.claim(other), inbox.claim(request)
    )
    assert sorted(answers) == [False, False, True, True]
    store.close()


async def test_a_crash_loses_nothing_of_the_request(store: Store) -> None:
    inbox = Inbox(store, Observability(), Redactor(["hush-hush-1"]).text)
    request = from_slash(BODY)
    await inbox.claim(request)
    (lost,) = store.deliveries.unfinished()
    assert recalled(lost.summary) == (request.invocation, store.presence.name)
    inbox.finish(request.delivery)
    inbox.flush()
    assert store.deliveries.unfinished() == ()
    store.close()


async def test_what_is_kept_for_after_a_crash_holds_no_secret(store: Store) -> None:
    inbox = Inbox(store, Observability(), Redactor(["hush-hush-1"]).text)
    await inbox.claim(from_slash({**BODY, "text": "x" * 480 + " health hush-hush-1"}))
    (lost,) = store.deliveries.unfinished()
    assert "hush-hush" not in lost.summary
    store.close()


async def test_a_store_that_fails_does_not_hold_up_the_answers(store: Store) -> None:
    inbox = Inbox(store, Observability(), Redactor(["hush-hush-1"]).text)
    store.close()
    began = time.monotonic()
    for number in range(5):
        assert await inbox.claim(from_slash({**BODY, "trigger_id": f"{number}"}))
    assert time.monotonic() - began < 5.0


def test_text_that_is_no_request_is_refused() -> None:
    for text in ("", "{}", "health", "[1,2]"):
        with pytest.raises((ValueError, TypeError)):
            recalled(text)
    invocation = from_slash({**BODY, "text": "x" * 4_000}).invocation
    assert len(recalled(noted(invocation, "bot-1"))[0].text) == 500


def test_sigterm_ends_the_bot_while_slack_cannot_be_reached(tmp_path: Path) -> None:
    config = tmp_path / "pitchey.toml"
    shipped = (Path(__file__).parents[2] / "pitchey.toml").read_text(encoding="utf-8")
    config.write_text(
        shipped.replace("https://slack.com/api/", "http://127.0.0.1:9/api/"), encoding="utf-8"
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "run"],
        env={
            "PITCHEY_CONFIG": str(config),
            "SLACK_BOT_TOKEN": "xoxb-1-2-test",
            "SLACK_APP_TOKEN": "xapp-1-A-1-test",
            "PATH": "/usr/bin:/bin",
        },
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    for line in process.stderr:
        if "Next try" in line:
            break
    process.send_signal(signal.SIGTERM)
    rest = process.communicate(timeout=10)[1]
    assert process.returncode == 0
    assert "Traceback" not in rest
