"""`/webhooks/cloudflare`: alerts from notifications, and nothing from anybody else."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.app import House
from bot.errors import BadInput
from bot.sandbox.world import World
from handlers.cloudflare_alerts.notification import LARGEST, read_notification
from handlers.cloudflare_alerts.webhook import HEADER, Pace, Receiver
from tests.cloudflare_alerts.test_setup import placed
from tests.logs.stage import run

NOW = datetime(2026, 7, 2, 12, tzinfo=UTC)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["text", "name", "alert_type", "alert_event", "ts", "policy_id"]), inner
        )
    ),
    max_leaves=10,
)


def body(world: World, **more: Any) -> dict[str, Any]:
    return {
        "name": "HTTP DDoS Attack",
        "text": "An attack",
        "ts": int(time.time()),
        "account_id": world.account.id,
        "policy_id": "p",
        "alert_type": "dos_attack_l7",
        "alert_correlation_id": "tie",
        "alert_event": "ALERT_STATE_EVENT_START",
    } | more


async def send(house: House, content: bytes, secret: str | None = None) -> int:
    known = house.settings.secrets.cloudflare_webhook_secret
    assert known is not None
    headers = {HEADER: known.get_secret_value() if secret is None else secret}
    status, text = await Receiver().handle(house.dispatcher.runtime, headers, content)
    assert known.get_secret_value() not in text
    return status


def alerts(house: House) -> list[Any]:
    return list(house.store.alerts.open())


async def test_an_attack_becomes_one_alert_and_ends_with_it(world: World, tmp_path: Path) -> None:
    async with placed(world, tmp_path) as (house, found):
        await run(house, "alerts setup")
        world.faults.switch("ddos_attack", True)
        await world.settled()
        (alert,) = alerts(house)
        assert alert.problem.title == "Cloudflare: HTTP DDoS Attack"
        assert alert.problem.severity == "critical"
        await house.dispatcher.runtime.events.settled()
        listed = await run(house, "alerts list")
        assert "HTTP DDoS Attack" in json.dumps(listed.blocks)
        world.faults.switch("ddos_attack", False)
        await world.settled()
        assert alerts(house) == []
        assert found.answered == [200, 200, 200]


async def test_what_is_refused(world: World, tmp_path: Path) -> None:
    good = json.dumps(body(world)).encode()
    async with placed(world, tmp_path) as (house, _):
        assert await send(house, good, "") == 401
        assert await send(house, good, "x" * 5_000) == 401
        assert await send(house, good, "ünïcode") == 401
        assert await send(house, b"not json") == 400
        assert await send(house, b"[]") == 400
        assert await send(house, b"[" * 60_000) == 400
        assert await send(house, b'{"text": "' + b"x" * LARGEST + b'"}') == 413
        assert await send(house, json.dumps(body(world, account_id="another")).encode()) == 403
        assert await send(house, json.dumps(body(world, ts=time.time() - 7_200)).encode()) == 409
        assert await send(house, json.dumps(body(world, ts=time.time() + 7_200)).encode()) == 409
        assert await send(house, json.dumps(body(world, ts=1e300)).encode()) == 400
        assert await send(house, json.dumps(body(world, alert_event="OTHER")).encode()) == 400
        assert alerts(house) == []
        assert await send(house, good) == 200
        assert await send(house, good) == 409
        assert len(alerts(house)) == 1


async def test_a_repeat_with_another_time_is_the_same_alert(world: World, tmp_path: Path) -> None:
    async with placed(world, tmp_path) as (house, _):
        for second in range(3):
            content = json.dumps(body(world, ts=int(time.time()) - second)).encode()
            assert await send(house, content) == 200
        assert len(alerts(house)) == 1
        ends = body(world, alert_event="ALERT_STATE_EVENT_END")
        assert await send(house, json.dumps(ends).encode()) == 200
        unknown = body(world, alert_event="ALERT_STATE_EVENT_END", alert_correlation_id="x")
        assert await send(house, json.dumps(unknown).encode()) == 200
        assert alerts(house) == []


async def test_secrets_in_a_notification_are_hidden(world: World, tmp_path: Path) -> None:
    async with placed(world, tmp_path) as (house, _):
        text = f"down: {world.database.url} <!channel>"
        assert await send(house, json.dumps(body(world, text=text)).encode()) == 200
        (alert,) = alerts(house)
        assert world.database.url not in alert.problem.summary


async def test_a_flood_is_bounded(world: World, tmp_path: Path) -> None:
    async with placed(world, tmp_path) as (house, found):
        found.receiver = Receiver(Pace(5))
        secret = world.environment["CLOUDFLARE_WEBHOOK_SECRET"]
        async with httpx.AsyncClient(headers={HEADER: secret}) as client:
            codes = [
                (await client.post(found.url, json=body(world, text=f"n {number}"))).status_code
                for number in range(8)
            ]
        assert codes == [200] * 5 + [429] * 3
        assert len(alerts(house)) == 1


def test_the_pace_is_a_minutes() -> None:
    now = [0.0]
    pace = Pace(2, lambda: now[0])
    assert [pace.allows() for _ in range(3)] == [True, True, False]
    now[0] = 61.0
    assert pace.allows()


def test_save_and_test_has_a_text_alone() -> None:
    assert read_notification(b'{"text": "Hello"}', NOW).test
    with pytest.raises(BadInput):
        read_notification(b'{"text": "Hello", "extra": 1}', NOW)


@given(JSON)
def test_no_body_breaks_the_reading(value: Any) -> None:
    try:
        read_notification(json.dumps(value).encode(), NOW)
    except BadInput:
        return


def test_half_a_character_can_be_stored() -> None:
    found = read_notification(b'{"alert_type":"a","name":"\\ud800","text":"\\udfff half"}', NOW)
    assert (found.title, found.text) == ("?", "? half")
