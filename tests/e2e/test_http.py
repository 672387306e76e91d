"""What only HTTP has: signatures, the addresses beside Slack's, the port."""

from __future__ import annotations

import time
from urllib.parse import urlencode

import aiohttp
import pytest

from bot.sandbox.workspace.expectations import Actor
from bot.sandbox.workspace.signed import signature
from tests.e2e.stage import Stage, only

pytestmark = only("http")
FORM = "application/x-www-form-urlencoded"


async def _helped(stage: Stage, ana: Actor) -> int:
    """Ask for help; how many entries the audit log has once that one is in it."""
    before = len(stage.audit(10_000))
    await ana.types("/pitchey help")
    await ana.sees("commands. ")
    await stage.until(lambda: len(stage.audit(10_000)) > before)
    await stage.idle()
    return len(stage.audit(10_000))


async def _post(stage: Stage, body: str, headers: dict[str, str]) -> int:
    url = f"{stage.address}/slack/events"
    async with (
        aiohttp.ClientSession() as session,
        session.post(url, data=body, headers={"Content-Type": FORM, **headers}) as answer,
    ):
        return answer.status


def _command(stage: Stage) -> str:
    payload = stage.workspace.record.deliveries("slash_commands")[-1].arguments
    return urlencode({**payload, "trigger_id": "1.2.forged"})


def _signed(stage: Stage, body: str, secret: str = "", age: float = 0) -> dict[str, str]:
    timestamp = str(int(time.time() - age))
    signed = signature(secret or stage.workspace.signing_secret, timestamp, body)
    return {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": signed}


@pytest.mark.parametrize("wrong", ["secret", "age", "future", "body", "missing", "garbage"])
async def test_what_slack_did_not_sign_is_refused_and_not_run(
    stage: Stage, ana: Actor, wrong: str
) -> None:
    recorded = await _helped(stage, ana)
    body, seen = _command(stage), stage.messages(ana.person_id)
    headers = {
        "secret": _signed(stage, body, secret="0" * 32),
        "age": _signed(stage, body, age=301),
        "future": _signed(stage, body, age=-310),
        "body": _signed(stage, body + "&more=1"),
        "missing": {},
        "garbage": {"X-Slack-Request-Timestamp": "soon", "X-Slack-Signature": "v0="},
    }[wrong]
    assert await _post(stage, body, headers) == 401
    await stage.idle()
    assert stage.messages(ana.person_id) == seen
    assert len(stage.audit(10_000)) == recorded


async def test_the_same_request_well_signed_is_run(stage: Stage, ana: Actor) -> None:
    """Proof that the refusals above are for the signature alone."""
    recorded = await _helped(stage, ana)
    body = _command(stage).replace("forged", str(time.time_ns()))
    assert await _post(stage, body, _signed(stage, body)) == 200
    await stage.until(lambda: len(stage.audit(10_000)) == recorded + 1)


async def test_health_and_metrics_of_the_bot_itself(stage: Stage, ana: Actor) -> None:
    await ana.types("/pitchey health api")
    await ana.sees("Healthy: 1 of 1")
    await stage.recorded(command="health")
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{stage.address}/healthz") as answer:
            told = await answer.json()
            assert (answer.status, told["status"], told["store"]) == (200, "ok", "ok"), told
            assert told["slack"]["status"] == "ok"
        async with session.head(f"{stage.address}/healthz") as answer:
            assert answer.status == 200
        async with session.get(f"{stage.address}/metrics") as answer:
            text = await answer.text()
            assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
        for path in ("/", "/slack", "/../etc/passwd"):
            async with session.get(f"{stage.address}{path}") as answer:
                assert answer.status == 404
    labels = 'command="health",outcome="succeeded",surface="slash command"'
    assert f"pitchey_invocations_total{{{labels}}}" in text
    assert "pitchey_undelivered_replies_total 0.0" in text


async def test_a_taken_port_is_told_in_words(stage: Stage) -> None:
    code, bot = await stage.run("run", "--mode", "http", PITCHEY_LOG="WARNING")
    port = stage.settings.http.port
    assert code == 69
    assert bot.errors.splitlines() == [
        f"pitchey: The address 127.0.0.1:{port} could not be taken: Address already in use.",
        "  Another process has it: stop that one, or set PORT to a free port.",
    ]
