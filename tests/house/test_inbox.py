"""Deliveries on their way in: claimed together, recalled whole after a crash."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bot.inbox import KEEP_TRYING, Inbox, NotKept, noted, recalled
from bot.observability import Observability
from bot.payloads import from_slash
from bot.redaction import Redactor
from bot.store import Store
from tests.house.taking_nothing import taking_nothing

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


async def test_a_store_that_fails_holds_up_the_first_answers_only(store: Store) -> None:
    inbox = Inbox(store, Observability(), Redactor(["hush-hush-1"]).text)
    store.close()
    began = time.monotonic()
    for number in range(5):
        with pytest.raises(NotKept, match="takes nothing"):
            await inbox.claim(from_slash({**BODY, "trigger_id": f"{number}"}))
    assert KEEP_TRYING < time.monotonic() - began < 4.5 * KEEP_TRYING  # each would be 5


async def test_a_store_that_fails_for_a_moment_is_waited_for(store: Store) -> None:
    """Acknowledged before it is kept, it would be lost with this process."""
    inbox = Inbox(store, Observability(), Redactor([]).text)
    with taking_nothing(store):
        claims = [
            asyncio.create_task(inbox.claim(from_slash({**BODY, "trigger_id": each})))
            for each in "aab"
        ]
        await asyncio.sleep(0.3)
        assert not any(each.done() for each in claims)
    assert sorted(await asyncio.gather(*claims)) == [False, True, True]
    assert len(store.deliveries.unfinished()) == 2
    store.close()


async def test_what_a_failing_store_did_not_take_is_written_once_it_does(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else what was answered long ago is told as interrupted when this process ends, and what is
    being worked on is lost with it."""
    monkeypatch.setattr("bot.inbox.KEEP_TRYING", 0.05)
    inbox = Inbox(store, Observability(), Redactor([]).text)
    before, during, answered = (from_slash({**BODY, "trigger_id": each}) for each in "abc")
    await inbox.claim(before)
    with taking_nothing(store):
        inbox.finish(before.delivery)
        for each in (during, answered):
            with pytest.raises(NotKept) as told:
                await inbox.claim(each)
        inbox.finish(answered.delivery)
        inbox.flush()
    assert await told.value.later
    assert [each.delivery_id for each in store.deliveries.unfinished()] == [during.delivery]
    # What Slack sends again of it is known by now.
    assert not await inbox.claim(during)
    assert not await inbox.claim(answered)
    store.close()


async def test_of_what_a_store_never_takes_the_oldest_is_given_up(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.inbox.KEEP_TRYING", 0.0)
    monkeypatch.setattr("bot.inbox.MOST_KEPT", 2)
    inbox, later = Inbox(store, Observability(), Redactor([]).text), []
    with taking_nothing(store):
        for number in range(4):
            with pytest.raises(NotKept) as told:
                await inbox.claim(from_slash({**BODY, "trigger_id": f"{number}"}))
            later.append(told.value.later)
        inbox.flush(last=True)
    inbox.flush(last=True)
    assert [each.cancelled() for each in later] == [True, True, False, False]
    assert len(store.deliveries.unfinished()) == 2
    store.close()


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
